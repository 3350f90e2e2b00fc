namespace Reranking;

/// <summary>What <see cref="ContextPacker"/> packs, and how it looks.</summary>
/// <remarks>They are copied when the packer is made: later changes have no effect.</remarks>
public sealed class ContextPackerOptions
{
    internal const int LastFirstCitation = 1_000_000;

    /// <summary>Gets or sets how many tokens the text has at most, <see cref="Preamble"/> included.</summary>
    /// <value>From 1. The default is 2,000.</value>
    public int TokenBudget { get; set; } = 2_000;

    /// <summary>Gets or sets the order of the passages.</summary>
    /// <value>The default is <see cref="PassageOrder.BestFirst"/>.</value>
    public PassageOrder Order { get; set; }

    /// <summary>
    /// Gets or sets how similar two passages are at least for the lower ranked one to be left out: the share of their runs of three words that they
    /// have in common.
    /// </summary>
    /// <value>
    /// More than 0, at most 1. The default is 0.9: a passage of 60 words that differs in one ordinary word is a near-duplicate. Passages that differ in a
    /// number, a sign, a negation, a name or a word beside a number are kept both, whatever they have in common. <see langword="null"/> leaves out only what
    /// has the same text.
    /// </value>
    public double? NearDuplicateThreshold { get; set; } = 0.9;

    /// <summary>Gets or sets the number that the best passage is cited by.</summary>
    /// <value>
    /// From 1 to 1,000,000. The default is 1. In a conversation, go on after the last number of the prompt before: answers that it still holds cite those.
    /// </value>
    public int FirstCitation { get; set; } = 1;

    /// <summary>Gets or sets the text before the passages, such as the instruction to cite them.</summary>
    /// <value>The default is empty.</value>
    public string Preamble { get; set; } = "";

    /// <summary>Gets or sets the text between the preamble and the passages.</summary>
    /// <value>The default is a blank line. Without a <see cref="Format"/>, it is put on lines of its own.</value>
    public string Separator { get; set; } = "\n\n";

    /// <summary>Gets or sets what writes a passage.</summary>
    /// <value>
    /// The default is <see langword="null"/>: <see cref="CitationFormat"/>, which writes <c>[1] title (link)</c> with further sources after a semicolon, and
    /// below it the text with <c>&gt;</c> before each line, so that no text can pass for another passage. A format of your own has to see to that itself;
    /// <see cref="CitationFormat.Quote"/> helps.
    /// </value>
    public Func<PackedPassage, string>? Format { get; set; }

    internal ContextPackerOptions Clone() => (ContextPackerOptions)MemberwiseClone();
}

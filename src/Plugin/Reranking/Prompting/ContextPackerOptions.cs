namespace Reranking;

/// <summary>Options for <see cref="ContextPacker"/>.</summary>
/// <remarks>They are copied when the packer is created; later changes have no effect.</remarks>
public sealed class ContextPackerOptions
{
    internal const int LastFirstCitation = 1_000_000;

    /// <summary>Gets or sets the maximum number of tokens of the text, including the <see cref="Preamble"/>.</summary>
    /// <value>From 1. The default is 2,000.</value>
    public int TokenBudget { get; set; } = 2_000;

    /// <summary>Gets or sets the order of the passages.</summary>
    /// <value>The default is <see cref="PassageOrder.BestFirst"/>.</value>
    public PassageOrder Order { get; set; }

    /// <summary>
    /// Gets or sets how similar two passages must be for the lower-ranked one to be left out, as the share of three-word sequences that they have in common.
    /// </summary>
    /// <value>
    /// More than 0, at most 1. The default is 0.9: a passage of 60 words that differs in one ordinary word is a near-duplicate. Passages that differ in a
    /// number, a sign, a negation, a name or a word next to a number are both kept, however similar they are. With <see langword="null"/>, only passages with
    /// the same text are left out.
    /// </value>
    public double? NearDuplicateThreshold { get; set; } = 0.9;

    /// <summary>Gets or sets the number of the best passage for citation.</summary>
    /// <value>
    /// From 1 to 1,000,000. The default is 1. In a conversation, continue after the last number of the previous prompt, because earlier answers in the prompt
    /// still cite those numbers.
    /// </value>
    public int FirstCitation { get; set; } = 1;

    /// <summary>Gets or sets the text before the passages, such as the instruction to cite them.</summary>
    /// <value>The default is empty.</value>
    public string Preamble { get; set; } = "";

    /// <summary>Gets or sets the text between the preamble and the passages.</summary>
    /// <value>The default is a blank line. Without a <see cref="Format"/>, it is placed on lines of its own.</value>
    public string Separator { get; set; } = "\n\n";

    /// <summary>Gets or sets the function that writes a passage.</summary>
    /// <value>
    /// The default is <see langword="null"/>: <see cref="CitationFormat"/>, which writes <c>[1] title (link)</c> with further sources after a semicolon, and
    /// below it the text with <c>&gt;</c> before each line, so that no text can be mistaken for another passage. A custom format has to ensure that itself;
    /// <see cref="CitationFormat.Quote"/> helps.
    /// </value>
    public Func<PackedPassage, string>? Format { get; set; }

    internal ContextPackerOptions Clone() => (ContextPackerOptions)MemberwiseClone();
}

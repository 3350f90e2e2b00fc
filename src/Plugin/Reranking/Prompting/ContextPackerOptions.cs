namespace Reranking;

/// <summary>What <see cref="ContextPacker"/> packs, and how it looks.</summary>
/// <remarks>They are copied when the packer is made: later changes have no effect.</remarks>
public sealed class ContextPackerOptions
{
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
    /// More than 0, at most 1. The default is 0.9: a passage of 60 words that differs in one word is a near-duplicate. <see langword="null"/> leaves
    /// out only what has the same text.
    /// </value>
    public double? NearDuplicateThreshold { get; set; } = 0.9;

    /// <summary>Gets or sets the text before the passages, such as the instruction to cite them.</summary>
    /// <value>The default is empty.</value>
    public string Preamble { get; set; } = "";

    /// <summary>Gets or sets the text between the preamble and the passages.</summary>
    /// <value>The default is a blank line.</value>
    public string Separator { get; set; } = "\n\n";

    /// <summary>Gets or sets what writes a passage.</summary>
    /// <value>The default is <see langword="null"/>: <c>[1] title (link)</c> with further sources after a semicolon, and the text on the next line.</value>
    public Func<PackedPassage, string>? Format { get; set; }

    internal ContextPackerOptions Clone() => (ContextPackerOptions)MemberwiseClone();
}

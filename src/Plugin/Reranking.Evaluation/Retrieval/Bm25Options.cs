namespace Reranking;

/// <summary>The parameters of <see cref="Bm25Index"/>.</summary>
public sealed class Bm25Options
{
    /// <summary>Gets or sets how soon more occurrences of a word add nothing.</summary>
    /// <value>0 or more. The default is 0.9, as Anserini has it for passages.</value>
    public double K1 { get; set; } = 0.9;

    /// <summary>Gets or sets how much long documents are held back.</summary>
    /// <value>From 0, not at all, to 1. The default is 0.4, as Anserini has it for passages.</value>
    public double B { get; set; } = 0.4;

    /// <summary>Gets or sets what makes words of a text, such as an analyzer that stems.</summary>
    /// <value>
    /// The default is <see langword="null"/>: runs of letters and digits in lower case; of scripts without spaces, such as Chinese, each pair of neighbors.
    /// </value>
    public Func<string, IEnumerable<string>>? Tokenizer { get; set; }
}

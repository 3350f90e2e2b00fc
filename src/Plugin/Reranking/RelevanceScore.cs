namespace Reranking;

/// <summary>The relevance of one document to the query.</summary>
/// <param name="Value">The relevance from 0 to 1, comparable across queries of one model but not across models.</param>
/// <param name="RawValue">
/// What the model returned: the logit of a local cross-encoder, or the score from a hosted API. Higher is more relevant. Rank by this one.
/// </param>
/// <remarks>
/// A sigmoid saturates: logits of 38 and 45 both have a <paramref name="Value"/> of exactly 1. <paramref name="RawValue"/> distinguishes them, which is why
/// rankings use it, while thresholds and displays use <paramref name="Value"/>. This is a value type of 40 bytes, so a thousand scores take a single array.
/// </remarks>
public readonly record struct RelevanceScore(double Value, double RawValue)
{
    // 8 bytes; a nullable range would take 12 and the score 48.
    private readonly Range _bestWindow;

    /// <summary>Gets the score of a document that the scorer could not score although it scored others in the same call.</summary>
    /// <value>Both numbers are NaN. A ranking shows such a document without a relevance, after those that have one.</value>
    public static RelevanceScore Unscored { get; } = new(double.NaN, double.NaN);

    /// <summary>Gets a value indicating whether the document was scored: <see cref="RawValue"/> is not NaN.</summary>
    public bool IsScored => !double.IsNaN(RawValue);

    /// <summary>
    /// Gets a value indicating whether the scorer read only part of the document or of the query, because they were longer than the model's input.
    /// </summary>
    public bool IsTruncated { get; init; }

    /// <summary>
    /// Gets a value indicating whether the score is an estimate, made before the scorer had finished with the document because enough better ones were found.
    /// </summary>
    /// <value>The default is <see langword="false"/>. An estimate ranks after all scores, and is never compared with a threshold or cached.</value>
    public bool IsEstimate { get; init; }

    /// <summary>
    /// Gets how many tokens the model read for this document, including the query and special tokens, and counting them again for each window.
    /// </summary>
    /// <value>The number of tokens, or <see langword="null"/> if the provider does not report it.</value>
    public int? TokenCount { get; init; }

    /// <summary>
    /// Gets the stage of a cascade that assigned the score, from 0. Scores of different stages are never compared: all scores of a later stage rank before
    /// those of an earlier one.
    /// </summary>
    /// <value>
    /// The default is 0, as for every scorer with a single stage. An estimate of such a scorer has a stage below 0, the lower the earlier it was made; the
    /// following stages of a cascade continue counting from there.
    /// </value>
    public int Stage { get; init; }

    /// <summary>
    /// Gets the part of the document that the score is for, if the document was read in windows; this is the passage to quote or to highlight.
    /// </summary>
    /// <value>
    /// A range of UTF-16 code units in the string that the caller passed, or <see langword="null"/> if the document was read in one piece. An empty range is
    /// treated as none.
    /// </value>
    public Range? BestWindow
    {
        get => _bestWindow.Equals(default) ? null : _bestWindow;
        init => _bestWindow = value ?? default;
    }

    /// <summary>Creates a score from a logit: <see cref="RawValue"/> is the logit and <see cref="Value"/> its sigmoid.</summary>
    /// <param name="logit">The raw output of a model with one label; any number.</param>
    /// <returns>The score.</returns>
    public static RelevanceScore FromLogit(double logit) => new(Sigmoid(logit), logit);

    // Two branches, so that neither end overflows: exp of a large positive number would be infinite.
    private static double Sigmoid(double x)
    {
        if (x >= 0)
        {
            return 1 / (1 + Math.Exp(-x));
        }

        double exp = Math.Exp(x);
        return exp / (1 + exp);
    }
}

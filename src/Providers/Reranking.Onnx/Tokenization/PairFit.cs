namespace Reranking.Onnx;

/// <summary>How many tokens of a query and of a document fit together.</summary>
/// <param name="QueryLength">The tokens of the query that stay.</param>
/// <param name="DocumentLength">The tokens of the document that stay.</param>
/// <param name="IsQueryTooLong">Whether the query alone leaves no room, where only the document may be cut; then nothing was cut.</param>
internal readonly record struct PairFit(int QueryLength, int DocumentLength, bool IsQueryTooLong)
{
    /// <summary>Cuts a pair as HuggingFace tokenizers 0.23 does.</summary>
    /// <param name="queryLength">The tokens of the query, as <see cref="Tokenizer.Encode"/> gave them with the model's whole length as the limit.</param>
    /// <param name="documentLength">The tokens of the document, from the same limit.</param>
    /// <param name="budget">The model's length without <see cref="Tokenizer.PairSpecialTokenCount"/>.</param>
    /// <param name="strategy">Which side is cut.</param>
    public static PairFit Compute(int queryLength, int documentLength, int budget, TruncationStrategy strategy)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queryLength);
        ArgumentOutOfRangeException.ThrowIfNegative(documentLength);
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        if ((long)queryLength + documentLength <= budget)
        {
            return new PairFit(queryLength, documentLength, IsQueryTooLong: false);
        }

        return strategy switch
        {
            TruncationStrategy.LongestFirst => FitLongestFirst(queryLength, documentLength, budget),
            TruncationStrategy.OnlySecond when queryLength >= budget => new PairFit(queryLength, documentLength, IsQueryTooLong: true),
            TruncationStrategy.OnlySecond => new PairFit(queryLength, budget - queryLength, IsQueryTooLong: false),
            _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "A pair is cut by LongestFirst or OnlySecond."),
        };
    }

    private static PairFit FitLongestFirst(int queryLength, int documentLength, int budget)
    {
        int half = budget / 2;
        int shorter = Math.Min(queryLength, documentLength);

        // The odd token goes to the longer side, and to the document where both are as long.
        (int small, int large) = shorter <= half ? (shorter, budget - shorter) : (half, budget - half);
        return queryLength > documentLength ? new PairFit(large, small, IsQueryTooLong: false) : new PairFit(small, large, IsQueryTooLong: false);
    }
}

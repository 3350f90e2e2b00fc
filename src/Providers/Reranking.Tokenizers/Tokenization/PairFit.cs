namespace Reranking.Tokenizers.Tokenization;

/// <summary>How many tokens of a query and of a document fit together.</summary>
/// <param name="QueryLength">The tokens of the query that stay.</param>
/// <param name="DocumentLength">The tokens of the document that stay.</param>
internal readonly record struct PairFit(int QueryLength, int DocumentLength)
{
    /// <summary>Cuts a pair as HuggingFace tokenizers 0.23 does by <c>longest_first</c>: the longer side first, then both to the same length.</summary>
    /// <param name="queryLength">
    /// The tokens of the query, as <see cref="Tokenizer.Encode"/> returns them with the model's whole length as the limit.
    /// </param>
    /// <param name="documentLength">The tokens of the document, from the same limit.</param>
    /// <param name="budget">The model's length without the special tokens.</param>
    public static PairFit LongestFirst(int queryLength, int documentLength, int budget)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queryLength);
        ArgumentOutOfRangeException.ThrowIfNegative(documentLength);
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        if ((long)queryLength + documentLength <= budget)
        {
            return new PairFit(queryLength, documentLength);
        }

        int half = budget / 2;
        int shorter = Math.Min(queryLength, documentLength);

        // The odd token goes to the longer side, and to the document if both are equally long.
        (int small, int large) = shorter <= half ? (shorter, budget - shorter) : (half, budget - half);
        return queryLength > documentLength ? new PairFit(large, small) : new PairFit(small, large);
    }
}

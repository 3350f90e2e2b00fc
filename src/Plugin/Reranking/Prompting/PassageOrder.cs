namespace Reranking;

/// <summary>The order of the passages in a prompt.</summary>
public enum PassageOrder
{
    /// <summary>By rank, best first.</summary>
    BestFirst,

    /// <summary>The best first, the second best last, and so on inward, for long contexts, because models pay the least attention to the middle.</summary>
    /// <remarks>Citations are still numbered by rank.</remarks>
    BestFirstAndLast,
}

namespace Reranking;

/// <summary>In which order a prompt holds its passages.</summary>
public enum PassageOrder
{
    /// <summary>By rank, the best first.</summary>
    BestFirst,

    /// <summary>The best first, the second best last, and so on inwards: models read the middle of a long context with the least attention. Citations are numbered by rank all the same.</summary>
    BestFirstAndLast,
}

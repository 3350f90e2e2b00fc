namespace Reranking;

/// <summary>In which order a prompt holds its passages.</summary>
public enum PassageOrder
{
    /// <summary>By rank, the best first.</summary>
    BestFirst,

    /// <summary>The best first, the second best last, and so on inwards, for long contexts, whose middle models read with the least attention.</summary>
    /// <remarks>Citations are numbered by rank all the same.</remarks>
    BestFirstAndLast,
}

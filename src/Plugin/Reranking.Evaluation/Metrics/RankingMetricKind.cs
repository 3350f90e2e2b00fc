namespace Reranking;

/// <summary>What a <see cref="RankingMetric"/> measures.</summary>
public enum RankingMetricKind
{
    /// <summary>Normalized discounted cumulative gain: the gain is the grade, the discount the binary logarithm of rank + 1.</summary>
    Ndcg,

    /// <summary>One divided by the rank of the first relevant document.</summary>
    ReciprocalRank,

    /// <summary>The share of the relevant documents that is among the first.</summary>
    Recall,

    /// <summary>The mean of the precision at each relevant document; those that were not found count as 0.</summary>
    AveragePrecision,

    /// <summary>1 if a relevant document is among the first, otherwise 0.</summary>
    Hit,
}

namespace Reranking;

/// <summary>What a <see cref="RankingEvaluator"/> measures, and what passes.</summary>
public sealed class RankingEvaluatorOptions
{
    /// <summary>Gets or sets what is measured against what is known to be relevant.</summary>
    /// <value>One or more, each once. The default is nDCG@5, RR@5 and hit@5.</value>
    public IReadOnlyList<RankingMetric> Metrics { get; set; } =
    [
        new(RankingMetricKind.Ndcg, 5), new(RankingMetricKind.ReciprocalRank, 5), new(RankingMetricKind.Hit, 5),
    ];

    /// <summary>Gets or sets the lowest grade that is relevant.</summary>
    /// <value>From 1. The default is 1.</value>
    public int RelevantFrom { get; set; } = 1;

    /// <summary>Gets or sets the lowest value of a metric that passes; below it, its interpretation has failed.</summary>
    /// <value>From 0 to 1. The default is 0.5.</value>
    public double PassingValue { get; set; } = 0.5;

    /// <summary>Gets or sets the lowest relevance of the best passage that passes.</summary>
    /// <value>From 0 to 1. The default is 0.5. Scores of different models are not comparable: set it anew with another one.</value>
    public double PassingRelevance { get; set; } = 0.5;

    /// <summary>Gets or sets a value indicating whether the metrics record the passages, so that a report shows them.</summary>
    /// <value>The default is <see langword="true"/>. Set it to <see langword="false"/> if reports leave the house.</value>
    public bool IncludeTexts { get; set; } = true;

    internal RankingEvaluatorOptions Copy()
    {
        if (Metrics is not { Count: > 0 } || Metrics.Distinct().Count() != Metrics.Count)
        {
            throw new ArgumentException($"RankingEvaluatorOptions.Metrics has {Metrics?.Count ?? 0} entries; expected one or more, each once.");
        }

        if (RelevantFrom < 1 || PassingValue is not (>= 0 and <= 1) || PassingRelevance is not (>= 0 and <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"RankingEvaluatorOptions.RelevantFrom is {RelevantFrom}, PassingValue {PassingValue} and PassingRelevance {PassingRelevance}; ")
                + "expected 1 or more, and 0 to 1 for both.");
        }

        var copy = (RankingEvaluatorOptions)MemberwiseClone();
        copy.Metrics = [.. Metrics];
        return copy;
    }
}

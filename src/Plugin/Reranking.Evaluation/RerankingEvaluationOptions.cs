namespace Reranking;

/// <summary>How <see cref="RerankingEvaluation"/> measures.</summary>
public sealed class RerankingEvaluationOptions
{
    /// <summary>Gets or sets what is measured; the first is what the curve, the halves and the worst and best queries are about.</summary>
    /// <value>One or more. The default is nDCG@10, RR@10, R@10 and hit@1.</value>
    public IReadOnlyList<RankingMetric> Metrics { get; set; } =
    [
        RankingMetric.NdcgAt10, new RankingMetric(RankingMetricKind.ReciprocalRank, 10), new RankingMetric(RankingMetricKind.Recall, 10),
        new RankingMetric(RankingMetricKind.Hit, 1),
    ];

    /// <summary>Gets or sets the lowest grade that is relevant.</summary>
    /// <value>From 1. The default is 1; TREC's deep learning tracks take 2.</value>
    public int RelevantFrom { get; set; } = 1;

    /// <summary>Gets or sets the numbers of candidates that the curve shows. The largest is how many are retrieved and scored, once.</summary>
    /// <value>One or more, each from 1. The default is 10, 20, 50 and 100.</value>
    public IReadOnlyList<int> CandidateCounts { get; set; } = [10, 20, 50, 100];

    /// <summary>Gets or sets how much of what a threshold keeps should be relevant.</summary>
    /// <value>More than 0, at most 1. The default is 0.9.</value>
    public double WantedPrecision { get; set; } = 0.9;

    /// <summary>Gets or sets what the random numbers of intervals and tests start from.</summary>
    /// <value>The default is 0. The same seed returns the same numbers.</value>
    public int Seed { get; set; }

    /// <summary>Gets or sets a value indicating whether the report holds the texts of queries and of the first passages of the worst and best ones.</summary>
    /// <value>The default is <see langword="true"/>: they are what a person looks at. Set it to <see langword="false"/> if the report leaves the house.</value>
    public bool IncludeTexts { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether a canceled evaluation returns a report of the queries that were finished, rather than to throw.
    /// </summary>
    /// <value>The default is <see langword="false"/>. Before the first query is finished it throws in any case.</value>
    public bool ReportWhenCanceled { get; set; }

    /// <summary>Gets or sets what is passed on to the scorers, such as a timeout.</summary>
    /// <value>The default is <see langword="null"/>: a scorer takes as long as it takes.</value>
    public RelevanceScoringOptions? ScoringOptions { get; set; }

    internal int Depth => CandidateCounts.Max();

    internal RerankingEvaluationOptions Copy()
    {
        if (Metrics is not { Count: > 0 } || Metrics.Distinct().Count() != Metrics.Count)
        {
            throw new ArgumentException($"RerankingEvaluationOptions.Metrics has {Metrics?.Count ?? 0} entries; expected one or more, each once.");
        }

        if (CandidateCounts is not { Count: > 0 } || CandidateCounts.Any(static count => count < 1))
        {
            throw new ArgumentException(
                $"RerankingEvaluationOptions.CandidateCounts is [{string.Join(", ", CandidateCounts ?? [])}]; expected one or more numbers from 1.");
        }

        if (RelevantFrom < 1 || !(WantedPrecision is > 0 and <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"RerankingEvaluationOptions.RelevantFrom is {RelevantFrom} and WantedPrecision is {WantedPrecision}; expected 1 or more, and 0 to 1."));
        }

        var copy = (RerankingEvaluationOptions)MemberwiseClone();
        copy.Metrics = [.. Metrics];
        copy.CandidateCounts = [.. CandidateCounts.Distinct().Order()];
        copy.ScoringOptions = ScoringOptions?.Clone();
        return copy;
    }
}

namespace Reranking;

/// <summary>How well a scorer does over the first stage.</summary>
public sealed record ScorerReport
{
    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the model that answered.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets the revision of the model, as <see cref="IModelRevision"/> returns it.</summary>
    /// <value>A hash of weights and settings, or <see langword="null"/> if it is unknown.</value>
    public string? Revision { get; init; }

    /// <summary>Gets how many queries failed. They are left out of the numbers of this scorer.</summary>
    public required int FailedQueryCount { get; init; }

    /// <summary>Gets what the first failure said.</summary>
    /// <value>The message, or <see langword="null"/> if no query failed.</value>
    public string? FirstFailure { get; init; }

    /// <summary>Gets the means of the metrics, by name.</summary>
    public required IReadOnlyDictionary<string, double> Means { get; init; }

    /// <summary>Gets the comparisons with the first stage on the same queries, by name of the metric; corrected for the number of scorers.</summary>
    public required IReadOnlyDictionary<string, PairedComparison> Comparisons { get; init; }

    /// <summary>Gets whether the gain holds on halves of the queries.</summary>
    /// <value>The check, or <see langword="null"/> of fewer than 4 queries.</value>
    public SplitHalfCheck? SplitHalf { get; init; }

    /// <summary>Gets how long it takes, without the first stage.</summary>
    public required LatencyReport Latency { get; init; }

    /// <summary>Gets how many pairs of query and document it scored.</summary>
    public required int PairCount { get; init; }

    /// <summary>Gets the share of pairs of which the model read only a part, from 0 to 1.</summary>
    public required double TruncatedShare { get; init; }

    /// <summary>Gets the share of pairs that it could not score, from 0 to 1.</summary>
    public required double UnscoredShare { get; init; }

    /// <summary>Gets the mean of the tokens that it read for a query.</summary>
    /// <value>A number of tokens, or <see langword="null"/> if the provider does not say.</value>
    public double? TokensPerQuery { get; init; }

    /// <summary>Gets what 1,000 queries cost.</summary>
    /// <value>In the currency of the price, or <see langword="null"/> without a price or a usage.</value>
    public decimal? CostOfThousandQueries { get; init; }

    /// <summary>Gets what reranking fewer candidates brings, by the same scores.</summary>
    /// <value>A point for each number of candidates; of a cascade only the last, because its scores depend on how many there are.</value>
    public required IReadOnlyList<CurvePoint> Curve { get; init; }

    /// <summary>Gets the smallest number of candidates that is within 0.005 of the best point of the curve.</summary>
    public required int EnoughCandidates { get; init; }

    /// <summary>Gets which threshold keeps what is relevant.</summary>
    public required ThresholdCalibration Calibration { get; init; }

    /// <summary>Gets how many scores of relevant documents are in each of 20 equal ranges from 0 to 1.</summary>
    public required IReadOnlyList<int> RelevantHistogram { get; init; }

    /// <summary>Gets how many scores of other documents are in each of 20 equal ranges from 0 to 1.</summary>
    public required IReadOnlyList<int> OtherHistogram { get; init; }
}

namespace Reranking;

/// <summary>A ranking, with information about how it was produced.</summary>
/// <typeparam name="T">The type of the candidates.</typeparam>
/// <remarks>Immutable.</remarks>
public sealed class RerankingResult<T>
{
    internal RerankingResult(IReadOnlyList<RankedCandidate<T>> ranking) => Ranking = ranking;

    /// <summary>Gets the candidates, most relevant first, at most <see cref="RerankingOptions.TopN"/>.</summary>
    public IReadOnlyList<RankedCandidate<T>> Ranking { get; }

    /// <summary>Gets the outcome of the call.</summary>
    public RerankingOutcome Outcome { get; internal init; }

    /// <summary>Gets why the candidates were not reranked.</summary>
    /// <value><see cref="RerankingReason.None"/> if they were.</value>
    public RerankingReason Reason { get; internal init; }

    /// <summary>Gets the failure that caused the fallback.</summary>
    /// <value>The exception, or <see langword="null"/> if nothing failed.</value>
    public Exception? Failure { get; internal init; }

    /// <summary>Gets the scorer that answered, or should have answered.</summary>
    /// <value>Its metadata, or <see langword="null"/> if it has none.</value>
    public RelevanceScorerMetadata? ScorerMetadata { get; internal init; }

    /// <summary>Gets the configured name of the scorer that answered.</summary>
    /// <value>The name, or <see langword="null"/> for a scorer without one, or if none answered.</value>
    public string? ScorerName { get; internal init; }

    /// <summary>Gets the scorers of a chain or cascade that did not answer, and why.</summary>
    /// <value>In the order in which they were called; empty if the first one answered.</value>
    public IReadOnlyList<ScoringAttempt> FailedAttempts { get; internal init; } = [];

    /// <summary>
    /// Gets a value indicating whether the call was handled on this machine because the text of a candidate, or of the whole call, must not leave it.
    /// </summary>
    public bool KeptLocal { get; internal init; }

    /// <summary>Gets the threshold that was applied to the ranking.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> for none.</value>
    public double? MinScore { get; internal init; }

    /// <summary>Gets the model that answered.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown or none answered.</value>
    public string? ModelId { get; internal init; }

    /// <summary>Gets how many candidates were scored.</summary>
    public int ScoredCount { get; internal init; }

    /// <summary>Gets how many of the scored candidates have only an estimate, because the scorer found early that they are not among the best.</summary>
    /// <value>They rank after the others, see <see cref="RelevanceScore.IsEstimate"/>.</value>
    public int EstimatedCount { get; internal init; }

    /// <summary>Gets how many of the scored candidates were only partly read.</summary>
    public int TruncatedCount { get; internal init; }

    /// <summary>Gets the usage of the scorer.</summary>
    /// <value>The usage, or <see langword="null"/> if the provider does not report it.</value>
    public RelevanceScoringUsage? Usage { get; internal init; }

    /// <summary>Gets additional information from the scorer, such as a warning about the language of the text.</summary>
    /// <value>The properties by name, or <see langword="null"/> if there are none.</value>
    public IReadOnlyDictionary<string, object?>? AdditionalProperties { get; internal init; }

    /// <summary>Gets the duration of the call, including the scorer but not the time spent waiting for a stream of candidates.</summary>
    public TimeSpan Elapsed { get; internal init; }

    internal RerankingResult<T> WithRanking(IReadOnlyList<RankedCandidate<T>> ranking) => new(ranking)
    {
        Outcome = Outcome,
        Reason = Reason,
        Failure = Failure,
        ScorerMetadata = ScorerMetadata,
        ScorerName = ScorerName,
        FailedAttempts = FailedAttempts,
        KeptLocal = KeptLocal,
        MinScore = MinScore,
        ModelId = ModelId,
        ScoredCount = ScoredCount,
        EstimatedCount = EstimatedCount,
        TruncatedCount = TruncatedCount,
        Usage = Usage,
        AdditionalProperties = AdditionalProperties,
        Elapsed = Elapsed,
    };
}

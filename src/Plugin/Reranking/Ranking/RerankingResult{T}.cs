namespace Reranking;

/// <summary>A ranking, and what happened on the way to it.</summary>
/// <typeparam name="T">The type of the candidates.</typeparam>
/// <remarks>Immutable.</remarks>
public sealed class RerankingResult<T>
{
    internal RerankingResult(IReadOnlyList<RankedCandidate<T>> ranking) => Ranking = ranking;

    /// <summary>Gets the candidates, most relevant first, at most <see cref="RerankingOptions.TopN"/>.</summary>
    public IReadOnlyList<RankedCandidate<T>> Ranking { get; }

    /// <summary>Gets what became of the call.</summary>
    public RerankingOutcome Outcome { get; internal init; }

    /// <summary>Gets why the candidates were not reranked.</summary>
    /// <value><see cref="RerankingReason.None"/> where they were.</value>
    public RerankingReason Reason { get; internal init; }

    /// <summary>Gets the failure that the call fell back from.</summary>
    /// <value>The exception, or <see langword="null"/> if nothing failed.</value>
    public Exception? Failure { get; internal init; }

    /// <summary>Gets the scorer that answered, or was asked to.</summary>
    /// <value>Its metadata, or <see langword="null"/> if it has none.</value>
    public RelevanceScorerMetadata? ScorerMetadata { get; internal init; }

    /// <summary>Gets the name of the scorer that answered, as in the configuration.</summary>
    /// <value>The name, or <see langword="null"/> for a scorer without one, or where none answered.</value>
    public string? ScorerName { get; internal init; }

    /// <summary>Gets the scorers of a chain or cascade that did not answer, and why.</summary>
    /// <value>In the order in which they were asked; empty if the first one answered.</value>
    public IReadOnlyList<ScoringAttempt> FailedAttempts { get; internal init; } = [];

    /// <summary>
    /// Gets a value indicating whether the call was kept on this machine because the text of a candidate, or all of the call, must not leave it.
    /// </summary>
    public bool KeptLocal { get; internal init; }

    /// <summary>Gets the threshold that the ranking was cut by.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> for none.</value>
    public double? MinScore { get; internal init; }

    /// <summary>Gets the model that answered.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown or none answered.</value>
    public string? ModelId { get; internal init; }

    /// <summary>Gets how many candidates were scored.</summary>
    public int ScoredCount { get; internal init; }

    /// <summary>Gets how many of the scored candidates have an estimate, because the scorer saw early that they are not among the best.</summary>
    /// <value>They rank behind the others, see <see cref="RelevanceScore.IsEstimate"/>.</value>
    public int EstimatedCount { get; internal init; }

    /// <summary>Gets how many of the scored candidates the scorer read only in part.</summary>
    public int TruncatedCount { get; internal init; }

    /// <summary>Gets what the scorer consumed.</summary>
    /// <value>The usage, or <see langword="null"/> if the provider does not say.</value>
    public RelevanceScoringUsage? Usage { get; internal init; }

    /// <summary>Gets what the scorer tells beyond the members of this type, such as a warning about the language of the texts.</summary>
    /// <value>The properties by name, or <see langword="null"/> if there are none.</value>
    public IReadOnlyDictionary<string, object?>? AdditionalProperties { get; internal init; }

    /// <summary>Gets how long the call took, the scorer included and the wait for a stream of candidates not.</summary>
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

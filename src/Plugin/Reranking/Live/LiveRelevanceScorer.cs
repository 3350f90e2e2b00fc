using Reranking.Scoring;

namespace Reranking.Live;

/// <summary>The scorer that the configuration names now: each call runs to its end on the state that it began with.</summary>
/// <param name="live">The configuration.</param>
/// <param name="name">The name of a scorer, or <see langword="null"/> for what <c>Use</c> or <c>Stages</c> say.</param>
internal sealed class LiveRelevanceScorer(LiveReranking live, string? name) : IRelevanceScorer, IKeepLocalSource, ICircuitBreakerSource
{
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RerankingSnapshot snapshot = live.Acquire();
        try
        {
            return await Scorer(snapshot).ScoreAsync(query, documents, Restricted(snapshot, options), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            snapshot.Release();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType.IsInstanceOfType(this))
        {
            return this;
        }

        return Ask(snapshot => Scorer(snapshot).GetService(serviceType, serviceKey));
    }

    public bool KeepsLocal(RelevanceScoringOptions? options) => Ask(snapshot => Scorer(snapshot).KeepsLocal(Restricted(snapshot, options)));

    public CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options) =>
        Ask(snapshot => Scorer(snapshot).GetService<ICircuitBreakerSource>()?.GetCircuitBreaker(Restricted(snapshot, options)));

    // The scorers belong to the configuration, which the container disposes.
    public void Dispose()
    {
    }

    // What is closed for all rerankers is not open to those who call the scorer without one. They hand over texts without the records that a rule is about.
    private static RelevanceScoringOptions? Restricted(RerankingSnapshot snapshot, RelevanceScoringOptions? options)
    {
        if ((!snapshot.Options.KeepLocal && snapshot.KeepLocal is null) || options is { KeepLocal: true })
        {
            return options;
        }

        RelevanceScoringOptions restricted = options?.Clone() ?? new RelevanceScoringOptions();
        restricted.KeepLocal = true;
        return restricted;
    }

    private T Ask<T>(Func<RerankingSnapshot, T> question)
    {
        RerankingSnapshot snapshot = live.Acquire();
        try
        {
            return question(snapshot);
        }
        finally
        {
            snapshot.Release();
        }
    }

    private IRelevanceScorer Scorer(RerankingSnapshot snapshot) => name is null ? snapshot.Root : snapshot.Named(name);
}

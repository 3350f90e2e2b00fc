namespace Reranking.Live;

/// <summary>The scorer that the configuration names now: each call runs to its end on the state that it began with.</summary>
/// <param name="live">The configuration.</param>
/// <param name="name">The name of a scorer, or <see langword="null"/> for what <c>Use</c> or <c>Stages</c> say.</param>
internal sealed class LiveRelevanceScorer(LiveReranking live, string? name) : IRelevanceScorer
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
            return await Scorer(snapshot).ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
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

        RerankingSnapshot snapshot = live.Acquire();
        try
        {
            return Scorer(snapshot).GetService(serviceType, serviceKey);
        }
        finally
        {
            snapshot.Release();
        }
    }

    // The scorers belong to the configuration, which the container disposes.
    public void Dispose()
    {
    }

    private IRelevanceScorer Scorer(RerankingSnapshot snapshot) => name is null ? snapshot.Root : snapshot.Named(name);
}

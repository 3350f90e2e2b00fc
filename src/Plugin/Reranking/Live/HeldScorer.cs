namespace Reranking.Live;

/// <summary>What answers in one generation, for a caller that holds it; a call that is left behind holds it by itself until it ends.</summary>
internal sealed class HeldScorer(RerankingSnapshot snapshot, string? name) : IRelevanceScorer
{
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(!snapshot.TryAcquire(), this);
        try
        {
            return await Scorer.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            snapshot.Release();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => Scorer.GetService(serviceType, serviceKey);

    private IRelevanceScorer Scorer => name is null ? snapshot.Root : snapshot.Named(name);

    public void Dispose()
    {
    }
}

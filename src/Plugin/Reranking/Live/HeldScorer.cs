namespace Reranking;

/// <summary>What answers in one generation, for a caller that holds it; a call that is left behind holds it by itself until it ends.</summary>
internal sealed class HeldScorer(RerankingSnapshot generation) : IRelevanceScorer
{
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(!generation.TryAcquire(), this);
        try
        {
            return await generation.Root.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            generation.Release();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => generation.Root.GetService(serviceType, serviceKey);

    public void Dispose()
    {
    }
}

namespace Reranking;

/// <summary>What one call of a reranker goes by, from its start to its end: options and scorer of one moment.</summary>
/// <param name="options">The options of calls that bring none; valid, and left alone.</param>
/// <param name="scorer">The scorer.</param>
/// <param name="release">Lets go of both, or <see langword="null"/>.</param>
internal readonly struct RerankingContext(RerankingOptions options, IRelevanceScorer scorer, Action? release = null) : IDisposable
{
    public RerankingOptions Options { get; } = options;

    public IRelevanceScorer Scorer { get; } = scorer;

    public void Dispose() => release?.Invoke();
}

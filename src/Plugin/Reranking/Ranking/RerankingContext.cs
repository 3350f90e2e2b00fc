namespace Reranking.Ranking;

/// <summary>What one call of a reranker goes by, from its start to its end: options and scorer of one moment.</summary>
/// <param name="options">The options of calls that bring none; valid, and not changed.</param>
/// <param name="scorer">Returns the scorer.</param>
/// <param name="keepLocal">Returns whether the text of a record must stay on this machine; or <see langword="null"/> if there is no such rule.</param>
/// <param name="release">Releases both, or <see langword="null"/>.</param>
internal readonly struct RerankingContext(
    RerankingOptions options, Func<IRelevanceScorer> scorer, Func<object?, bool>? keepLocal = null, Action? release = null)
    : IDisposable
{
    public RerankingOptions Options { get; } = options;

    public IRelevanceScorer Scorer => scorer();

    public Func<object?, bool>? KeepLocal => keepLocal;

    public void Dispose() => release?.Invoke();
}

/// <summary>The threshold that the scores of a scorer bring along, for those who have to know it before they call the scorer.</summary>
/// <param name="MinScore">The lowest <see cref="RelevanceScore.Value"/> worth keeping, or <see langword="null"/> for no threshold.</param>
internal sealed record ScorerThreshold(double? MinScore);

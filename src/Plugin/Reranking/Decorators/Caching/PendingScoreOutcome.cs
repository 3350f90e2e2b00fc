namespace Reranking.Decorators.Caching;

/// <summary>What became of a <see cref="PendingScore"/>.</summary>
/// <param name="Entry">The score, or <see langword="null"/> where there is none to share.</param>
/// <param name="IsCanceled">Whether there is none because the caller of that call left, which says nothing about the scorer.</param>
internal readonly record struct PendingScoreOutcome(ScoreCacheEntry? Entry, bool IsCanceled);

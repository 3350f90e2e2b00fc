namespace Reranking.Decorators.Caching;

/// <summary>The score of a document that one call is about to find, and that others may wait for.</summary>
internal sealed class PendingScore(string key)
{
    private readonly TaskCompletionSource<PendingScoreOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key => key;

    public Task<PendingScoreOutcome> Outcome => _outcome.Task;

    public void Complete(ScoreCacheEntry entry) => _outcome.TrySetResult(new(entry, IsCanceled: false));

    /// <summary>Tells those who wait that there is no score, unless there is one.</summary>
    public void Abandon(bool isCanceled) => _outcome.TrySetResult(new(null, isCanceled));
}

/// <summary>What became of a <see cref="PendingScore"/>.</summary>
/// <param name="Entry">The score, or <see langword="null"/> if there is none to share.</param>
/// <param name="IsCanceled">Whether there is none because the caller of that call left, which says nothing about the scorer.</param>
internal readonly record struct PendingScoreOutcome(ScoreCacheEntry? Entry, bool IsCanceled);

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

namespace Reranking.Scoring;

/// <summary>Tasks that can ignore their token, and that nobody waits for any more.</summary>
internal static class AbandonedTask
{
    /// <summary>Waits for a task, and leaves it behind when the token is canceled first.</summary>
    public static async Task<T> WaitOrLeaveAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = ObserveAsync(task);
        }
    }

    /// <summary>Ends with the task, whatever became of it, so that its exception never counts as unobserved.</summary>
    public static async Task ObserveAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

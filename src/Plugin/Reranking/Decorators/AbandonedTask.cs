namespace Reranking;

/// <summary>A task that nobody waits for any more.</summary>
internal static class AbandonedTask
{
    /// <summary>Ends with the task, whatever became of it, so that its exception never counts as unobserved.</summary>
    public static async Task ObserveAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

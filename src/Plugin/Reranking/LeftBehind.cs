namespace Reranking;

/// <summary>Waiting for work that may not look at its token.</summary>
internal static class LeftBehind
{
    /// <summary>Waits for work, and leaves it behind when the token is canceled first.</summary>
    public static async Task<T> WaitOrLeaveAsync<T>(this Task<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!work.IsCompletedSuccessfully)
            {
                // What is thrown after the work was left behind concerns nobody, and must not surface as an unobserved exception.
                _ = work.ContinueWith(
                    static late => late.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }
}

namespace Reranking.Onnx.Hub;

/// <summary>Lets one process at a time into a folder. The system releases the lock even if a process is killed.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // In use by another process: the errors of Windows (sharing, lock), of Linux and of macOS (EWOULDBLOCK).
    private static readonly int[] InUse = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];

    /// <summary>Waits for the lock. The file stays, because removing it would let a third process past the second.</summary>
    /// <param name="path">The file that stands for the folder.</param>
    /// <param name="onWait">Called once, if another process has it.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The lock, until it is disposed.</returns>
    public static async Task<IDisposable> AcquireAsync(string path, Action onWait, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        for (bool waited = false; ; waited = true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (InUse.Contains(exception.HResult))
            {
                if (!waited)
                {
                    onWait();
                }
            }

            await Task.Delay(PollInterval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}

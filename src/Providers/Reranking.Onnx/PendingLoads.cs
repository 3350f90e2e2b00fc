using System.Collections.Concurrent;

namespace Reranking.Onnx;

/// <summary>
/// The models that are being loaded. A process that ends meanwhile, since its port is taken or its user is impatient, waits for them: the native runtime must
/// not be torn down while a thread is inside it.
/// </summary>
internal static class PendingLoads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);   // a load that hangs does not keep the process
    private static readonly ConcurrentDictionary<Task, bool> Pending = new();

    static PendingLoads() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => WaitForAll(Patience);

    /// <summary>Adds a load, until it ends.</summary>
    public static void Add(Task load)
    {
        Pending[load] = true;
        _ = load.ContinueWith(
            static ended => Pending.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits until all loads have ended.</summary>
    /// <returns><see langword="true"/> if they have; <see langword="false"/> if the time was over before.</returns>
    public static bool WaitForAll(TimeSpan time)
    {
        try
        {
            return Task.WaitAll([.. Pending.Keys], time);
        }
        catch (AggregateException)
        {
            return true;   // one failed, which is the business of who asked for it
        }
    }
}

using System.Collections.Concurrent;

namespace Reranking.Onnx.Tests;

/// <summary>A clock for back-off: what waits up to five minutes goes on at once and is written down; longer timers never fire.</summary>
internal sealed class ImpatientTimeProvider : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public ConcurrentQueue<TimeSpan> Delays { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= Longest)
        {
            Delays.Enqueue(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new Inert();
    }

    private sealed class Inert : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing is held.
        }

        public ValueTask DisposeAsync() => default;
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Http.Tests;

/// <summary>A fake clock that tells when somebody starts to wait, so that a test never advances it too early.</summary>
public sealed class SignalingClock : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private readonly SemaphoreSlim _changed = new(0);

    public SignalingClock()
        : base(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Enqueue(dueTime);
        _changed.Release();
        return timer;
    }

    /// <summary>Waits until somebody waits for a time that fits, and gives it.</summary>
    public async Task<TimeSpan> WaitForTimerAsync(Func<TimeSpan, bool> fits)
    {
        while (true)
        {
            await _changed.WaitAsync();
            while (_waits.TryDequeue(out TimeSpan wait))
            {
                if (fits(wait))
                {
                    return wait;
                }
            }
        }
    }
}

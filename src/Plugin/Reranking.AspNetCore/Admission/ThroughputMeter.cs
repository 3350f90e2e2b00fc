namespace Reranking.AspNetCore.Admission;

/// <summary>How many tokens a second were scored lately, while there were any. Not thread-safe.</summary>
/// <param name="timeProvider">Measures the time.</param>
internal sealed class ThroughputMeter(TimeProvider timeProvider)
{
    // What one more request leaves of those before it: about the last fifty count.
    private const double Memory = 0.98;

    private double _tokens;
    private double _seconds;
    private long _last = timeProvider.GetTimestamp();

    /// <summary>Gets the rate, or 0 if nothing was scored yet.</summary>
    public double TokensPerSecond => _seconds > 0 ? _tokens / _seconds : 0;

    /// <summary>Begins again after a time without work.</summary>
    public void Begin() => _last = timeProvider.GetTimestamp();

    /// <summary>Records the end of a request: the time since the last one is the time for its tokens.</summary>
    public void Record(long tokens)
    {
        long now = timeProvider.GetTimestamp();
        _tokens = (_tokens * Memory) + tokens;
        _seconds = (_seconds * Memory) + timeProvider.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
    }
}

namespace Reranking.Scoring;

/// <summary>The time of one call, shared among the scorers that are asked in turn.</summary>
internal readonly struct TimeBudget(TimeSpan? total, TimeProvider timeProvider)
{
    // The last one leaves a twentieth, so that what is known by then still reaches the caller before its own clock runs out.
    private const double LastShare = 0.95;

    /// <summary>The longest that a timer takes, in whole days.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly long _start = timeProvider.GetTimestamp();

    /// <summary>Returns the time, or the longest that a timer takes if it is longer.</summary>
    public static TimeSpan ForTimer(TimeSpan time) => time > LongestTimer ? LongestTimer : time;

    /// <summary>Gets the time of the next scorer: an equal share of what is left.</summary>
    /// <param name="scorersLeft">How many scorers may have to be asked, the next one included.</param>
    /// <param name="limit">The most that the next one may have, or <see langword="null"/> for no limit of its own.</param>
    /// <returns>The time, or <see langword="null"/> for no limit.</returns>
    public TimeSpan? Share(int scorersLeft, TimeSpan? limit = null)
    {
        if (total is not { } all || all == Timeout.InfiniteTimeSpan)
        {
            return limit;
        }

        TimeSpan left = all - timeProvider.GetElapsedTime(_start);
        TimeSpan share = scorersLeft > 1 ? left / scorersLeft : left * LastShare;
        share = limit < share ? limit.Value : share;
        return share > TimeSpan.Zero ? share : TimeSpan.Zero;
    }
}

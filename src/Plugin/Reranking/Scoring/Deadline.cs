namespace Reranking.Scoring;

/// <summary>How long something may take.</summary>
internal static class Deadline
{
    // A timer takes 49.7 days at most.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>Returns the time, or the longest that a timer takes if it is longer.</summary>
    public static TimeSpan Bounded(TimeSpan time) => time > Longest ? Longest : time;
}

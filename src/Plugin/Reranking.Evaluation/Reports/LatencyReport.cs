namespace Reranking;

/// <summary>How long a stage takes for a query.</summary>
/// <param name="P50">Half of the queries take at most as many milliseconds.</param>
/// <param name="P95">95 % of the queries take at most as many milliseconds.</param>
/// <param name="Total">All queries together, in milliseconds.</param>
public sealed record LatencyReport(double P50, double P95, double Total)
{
    /// <summary>Returns the percentiles of times: the smallest time that the share does not exceed.</summary>
    internal static LatencyReport Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(static time => time.TotalMilliseconds).Order()];
        return sorted.Length == 0 ? new LatencyReport(0, 0, 0) : new LatencyReport(At(0.5), At(0.95), sorted.Sum());

        double At(double share) => sorted[Math.Max((int)Math.Ceiling(share * sorted.Length) - 1, 0)];
    }
}

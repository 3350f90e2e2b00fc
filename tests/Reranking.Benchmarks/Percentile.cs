namespace Reranking.Benchmarks;

/// <summary>What most of the calls took at most.</summary>
internal static class Percentile
{
    /// <summary>Returns the value at a share of a sorted list.</summary>
    /// <param name="sorted">The values, the smallest first; at least one.</param>
    /// <param name="share">From 0 to less than 1: 0.5 for the median.</param>
    public static double Of(double[] sorted, double share) => sorted[(int)(sorted.Length * share)];
}

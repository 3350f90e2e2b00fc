namespace Reranking.Diagnostics;

/// <summary>How alike two scorers rank the same documents.</summary>
/// <remarks>The order is the one of <see cref="Reranker"/>: later stages first, then the raw score, and equal scores as the documents came.</remarks>
internal static class RankCorrelation
{
    /// <summary>
    /// Computes Kendall's tau-b: 1 for the same order, -1 for the reverse, about 0 for orders that have nothing in common. Equal scores are ties.
    /// </summary>
    /// <returns>The coefficient, or <see langword="null"/> if a scorer gives all documents the same score, or there are fewer than two.</returns>
    public static double? KendallTau(IReadOnlyList<RelevanceScore> first, IReadOnlyList<RelevanceScore> second)
    {
        // Every pair against every pair: half a million steps for the largest rerankings, off the path of any answer.
        long balance = 0;
        long orderedByFirst = 0;
        long orderedBySecond = 0;
        for (int i = 1; i < first.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int byFirst = Compare(first[i], first[j]);
                int bySecond = Compare(second[i], second[j]);
                balance += byFirst * bySecond;
                orderedByFirst += Math.Abs(byFirst);
                orderedBySecond += Math.Abs(bySecond);
            }
        }

        // A root each: the product of the two would round where the roots cancel out.
        return orderedByFirst == 0 || orderedBySecond == 0
            ? null
            : orderedByFirst == orderedBySecond ? (double)balance / orderedByFirst
            : balance / (Math.Sqrt(orderedByFirst) * Math.Sqrt(orderedBySecond));
    }

    /// <summary>Computes which share of the best documents of one scorer is among the best of the other.</summary>
    /// <returns>From 0 to 1, or <see langword="null"/> if there are no more documents than <paramref name="count"/>, and the share would always be 1.</returns>
    public static double? Overlap(IReadOnlyList<RelevanceScore> first, IReadOnlyList<RelevanceScore> second, int count) =>
        first.Count <= count ? null : Best(first, count).Intersect(Best(second, count)).Count() / (double)count;

    private static IEnumerable<int> Best(IReadOnlyList<RelevanceScore> scores, int count) =>
        Enumerable.Range(0, scores.Count)
            .OrderByDescending(i => scores[i].Stage)
            .ThenByDescending(i => scores[i].RawValue)
            .Take(count);

    private static int Compare(in RelevanceScore first, in RelevanceScore second) =>
        first.Stage != second.Stage ? Math.Sign(first.Stage.CompareTo(second.Stage)) : Math.Sign(first.RawValue.CompareTo(second.RawValue));
}

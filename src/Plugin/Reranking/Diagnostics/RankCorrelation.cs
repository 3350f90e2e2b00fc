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
        // Knight's algorithm: by the order of the first, the pairs that the second orders the other way are the inversions that a merge sort removes.
        int count = first.Count;
        int[] byFirst = Ranks(first);
        int[] bySecond = Ranks(second);
        long[] pairs = new long[count];
        for (int i = 0; i < count; i++)
        {
            pairs[i] = ((long)byFirst[i] << 32) | (uint)bySecond[i];
        }

        Array.Sort(pairs);
        int[] sorted = Array.ConvertAll(pairs, static pair => (int)pair);
        Array.Sort(byFirst);
        Array.Sort(bySecond);
        long all = (long)count * (count - 1) / 2;
        long orderedByFirst = all - CountTies(byFirst);
        long orderedBySecond = all - CountTies(bySecond);
        long orderedByBoth = orderedByFirst + orderedBySecond - (all - CountTies(pairs));
        long balance = orderedByBoth - (2 * CountInversions(sorted, new int[count]));

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

    // From 0 for the lowest, and equal for ties.
    private static int[] Ranks(IReadOnlyList<RelevanceScore> scores)
    {
        (int Stage, double RawValue)[] keys = new (int, double)[scores.Count];
        int[] positions = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            RelevanceScore score = scores[i];
            (keys[i], positions[i]) = ((score.Stage, score.RawValue), i);
        }

        Array.Sort(keys, positions);
        int[] ranks = new int[keys.Length];
        for (int i = 1; i < keys.Length; i++)
        {
            ranks[positions[i]] = ranks[positions[i - 1]] + (keys[i].CompareTo(keys[i - 1]) == 0 ? 0 : 1);
        }

        return ranks;
    }

    private static long CountTies<T>(T[] sorted)
        where T : IEquatable<T>
    {
        long ties = 0;
        int equal = 0;   // how many before this one are equal to it
        for (int i = 1; i < sorted.Length; i++)
        {
            equal = sorted[i].Equals(sorted[i - 1]) ? equal + 1 : 0;
            ties += equal;
        }

        return ties;
    }

    // How many pairs fall; sorts the values.
    private static long CountInversions(Span<int> values, Span<int> buffer)
    {
        if (values.Length < 2)
        {
            return 0;
        }

        int half = values.Length / 2;
        long inversions = CountInversions(values[..half], buffer) + CountInversions(values[half..], buffer);
        for (int left = 0, right = half, i = 0; i < values.Length; i++)
        {
            if (right == values.Length || (left < half && values[left] <= values[right]))
            {
                buffer[i] = values[left++];
            }
            else
            {
                buffer[i] = values[right++];
                inversions += half - left;
            }
        }

        buffer[..values.Length].CopyTo(values);
        return inversions;
    }
}

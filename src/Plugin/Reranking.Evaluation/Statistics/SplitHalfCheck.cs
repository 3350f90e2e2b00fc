using Reranking.Evaluation.Statistics;

namespace Reranking;

/// <summary>Whether a gain holds on halves of the queries: what shows on one half only is not to be relied on.</summary>
/// <param name="FirstHalf">The mean difference on one random half of the queries.</param>
/// <param name="SecondHalf">The mean difference on the other half.</param>
/// <param name="ShareOfSplits">In how many of 1,000 random splits both halves gain, from 0 to 1.</param>
public sealed record SplitHalfCheck(double FirstHalf, double SecondHalf, double ShareOfSplits)
{
    private const int SplitCount = 1_000;
    private const double UsualShare = 0.95;

    /// <summary>Gets a value indicating whether the gain holds: on both halves in at least 95 % of the splits.</summary>
    public bool Holds => ShareOfSplits >= UsualShare;

    /// <summary>Checks differences of queries.</summary>
    /// <param name="differences">The differences, one a query.</param>
    /// <param name="seed">What the random numbers start from.</param>
    /// <returns>The check, or <see langword="null"/> of fewer than 4 queries.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="differences"/> is <see langword="null"/>.</exception>
    public static SplitHalfCheck? Create(IReadOnlyList<double> differences, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(differences);
        if (differences.Count < 4)
        {
            return null;
        }

        int[] order = [.. Enumerable.Range(0, differences.Count)];
        int half = differences.Count / 2;
        var random = new SeededRandom((ulong)seed);
        (double First, double Second) shown = default;
        int both = 0;
        for (int split = 0; split < SplitCount; split++)
        {
            random.Shuffle(order);
            double first = order.Take(half).Average(i => differences[i]);
            double second = order.Skip(half).Average(i => differences[i]);
            shown = split == 0 ? (first, second) : shown;
            both += first > 0 && second > 0 ? 1 : 0;
        }

        return new SplitHalfCheck(shown.First, shown.Second, (double)both / SplitCount);
    }
}

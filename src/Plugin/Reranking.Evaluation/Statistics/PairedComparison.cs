using Reranking.Evaluation.Statistics;

namespace Reranking;

/// <summary>What the same queries say about two systems: how much the second differs from the first, and whether that is more than chance.</summary>
/// <remarks>
/// Immutable. The interval is a bootstrap of 10,000 samples, the test Fisher's paired randomization test with 10,000 sign flips, both by a fixed seed.
/// </remarks>
public sealed record PairedComparison
{
    /// <summary>Values that differ by less are equal: a rounding and no change of the ranking.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Gets the mean of the differences, the second system's value less the first's.</summary>
    public required double Difference { get; init; }

    /// <summary>Gets the 95 % interval of <see cref="Difference"/>.</summary>
    /// <value>The interval, or <see langword="null"/> of fewer than 2 queries.</value>
    public required ConfidenceInterval? Interval { get; init; }

    /// <summary>Gets the probability of such a difference by chance alone, two-sided.</summary>
    public required double PValue { get; init; }

    /// <summary>Gets the probability, corrected by Holm for the number of systems that were compared with the same first one.</summary>
    /// <value>From <see cref="PValue"/> to 1; the default is that of one comparison.</value>
    public double CorrectedPValue { get; init; }

    /// <summary>Gets how many queries the second system answers better.</summary>
    public required int BetterCount { get; init; }

    /// <summary>Gets how many queries the second system answers worse.</summary>
    public required int WorseCount { get; init; }

    /// <summary>Gets how many queries make no difference.</summary>
    public required int EqualCount { get; init; }

    /// <summary>Gets a value indicating whether the difference is more than chance: <see cref="CorrectedPValue"/> is below 0.05.</summary>
    public bool IsSignificant => CorrectedPValue < 0.05;

    /// <summary>Compares two systems.</summary>
    /// <param name="first">The values of the first system, one a query.</param>
    /// <param name="second">The values of the second system, of the same queries in the same order.</param>
    /// <param name="seed">What the random numbers start from; the same seed returns the same result.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="first"/> or <paramref name="second"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The lists are empty, differ in length, or hold a value that is not finite.</exception>
    public static PairedComparison Compare(IReadOnlyList<double> first, IReadOnlyList<double> second, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || first.Count != second.Count)
        {
            throw new ArgumentException($"There are {first.Count} and {second.Count} values; expected as many of both, and at least 1.", nameof(second));
        }

        double[] differences = [.. second.Zip(first, static (b, a) => Math.Abs(b - a) < Tolerance ? 0 : b - a)];
        if (!Array.TrueForAll(differences, double.IsFinite))
        {
            throw new ArgumentException("A value is not finite; expected numbers only.", nameof(second));
        }

        double pValue = Resampling.PValue(differences, (ulong)seed);
        return new PairedComparison
        {
            Difference = differences.Average(),
            Interval = Resampling.Interval(differences, (ulong)seed),
            PValue = pValue,
            CorrectedPValue = pValue,
            BetterCount = differences.Count(static difference => difference > 0),
            WorseCount = differences.Count(static difference => difference < 0),
            EqualCount = differences.Count(static difference => difference == 0),
        };
    }

    /// <summary>Corrects comparisons of several systems with the same first one by Holm.</summary>
    /// <param name="comparisons">The comparisons.</param>
    /// <returns>The same, in the same order, with <see cref="CorrectedPValue"/> set.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="comparisons"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<PairedComparison> CorrectForCount(IReadOnlyList<PairedComparison> comparisons)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        double[] corrected = Resampling.Holm([.. comparisons.Select(static comparison => comparison.PValue)]);
        return [.. comparisons.Select((comparison, index) => comparison with { CorrectedPValue = corrected[index] })];
    }
}

using Reranking.Evaluation.Statistics;

namespace Reranking.Evaluation.Tests.Statistics;

public sealed class StatisticsTests
{
    private const int Draws = 1_000;
    private const int Samples = 2_000;   // a fifth of what reports take: thousands of simulated sets are many

    [Theory]
    [InlineData(25)]
    public void PValue_NoDifferenceSimulated_RejectsFivePercent(int queries)
    {
        var random = new Random(1);
        int rejected = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            double[] differences = [.. Enumerable.Range(0, queries).Select(_ => Value(random) - Value(random))];
            rejected += Resampling.PValue(differences, (ulong)draw, Samples) < 0.05 ? 1 : 0;
        }

        Assert.InRange((double)rejected / Draws, 0.035, 0.065);
    }

    [Theory]
    [InlineData(25)]
    [InlineData(50)]
    public void Interval_KnownMeanSimulated_CoversNinetyFivePercent(int queries)
    {
        const double Gain = 0.05;
        var random = new Random(2);
        int covered = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            double[] differences = [.. Enumerable.Range(0, queries).Select(_ => Gain + Value(random) - Value(random))];
            ConfidenceInterval interval = Resampling.Interval(differences, (ulong)draw, Samples)!.Value;
            covered += interval.Low <= Gain && Gain <= interval.High ? 1 : 0;
        }

        Assert.InRange((double)covered / Draws, 0.93, 0.97);
    }

    [Fact]
    public void PValue_FewDifferences_IsTheShareOfAllSigns()
    {
        // Of the 32 signs of five differences, those of 1 and 2 have a sum at least as far from 0: all equal, and nothing else.
        double[] differences = [0.1, 0.2, 0.1, 0.3, 0.2];

        Assert.Equal(2 / 32.0, Resampling.PValue(differences, seed: 0), 2);
        Assert.Equal(1, Resampling.PValue([0, 0, 0], seed: 0));
        Assert.Equal(1, Resampling.PValue([0.5], seed: 0));
    }

    [Fact]
    public void Compare_SameSeed_ReturnsTheSame()
    {
        var random = new Random(3);
        double[] first = [.. Enumerable.Range(0, 70).Select(_ => random.NextDouble())];
        double[] second = [.. first.Select(value => Math.Min(value + (random.NextDouble() / 5), 1))];

        PairedComparison comparison = PairedComparison.Compare(first, second, seed: 7);

        Assert.Equal(comparison, PairedComparison.Compare(first, second, seed: 7));
        Assert.NotEqual(comparison.Interval, PairedComparison.Compare(first, second, seed: 8).Interval);
        Assert.True(comparison.IsSignificant);
        Assert.False(comparison.Interval!.Value.IncludesZero);
        Assert.Equal(second.Average() - first.Average(), comparison.Difference, 12);
        Assert.Equal(70, comparison.BetterCount + comparison.WorseCount + comparison.EqualCount);
    }

    [Fact]
    public void Compare_Swapped_IsMirrored()
    {
        double[] first = [0.1, 0.5, 0.9, 0.4, 0.3, 0.3];
        double[] second = [0.3, 0.4, 0.9, 0.8, 0.5, 0.9];

        PairedComparison there = PairedComparison.Compare(first, second);
        PairedComparison back = PairedComparison.Compare(second, first);

        Assert.Equal(there.Difference, -back.Difference, 12);
        Assert.Equal(there.PValue, back.PValue);
        Assert.Equal((4, 1, 1), (there.BetterCount, there.WorseCount, there.EqualCount));
        Assert.Equal((1, 4, 1), (back.BetterCount, back.WorseCount, back.EqualCount));
    }

    [Fact]
    public void Compare_ListsThatDoNotFit_AreRefused()
    {
        string message = Assert.Throws<ArgumentException>(() => PairedComparison.Compare([1, 2], [1])).Message;

        Assert.Equal("There are 2 and 1 values; expected as many of both, and at least 1. (Parameter 'second')", message);
        Assert.Throws<ArgumentException>(() => PairedComparison.Compare([], []));
        Assert.Throws<ArgumentException>(() => PairedComparison.Compare([1], [double.NaN]));
    }

    [Fact]
    public void Holm_SeveralPValues_AreMultipliedByWhatIsLeft()
    {
        double[] corrected = Resampling.Holm([0.01, 0.04, 0.03, 0.5]);

        Assert.Equal([0.04, 0.09, 0.09, 0.5], corrected, (a, b) => Math.Abs(a - b) < 1e-12);   // never lower than that of a smaller one
        Assert.Equal([1.0, 1.0], Resampling.Holm([0.6, 0.9]));
        Assert.Empty(Resampling.Holm([]));
    }

    [Fact]
    public void Interval_OneQuery_IsNone()
    {
        Assert.Null(Resampling.Interval([0.5], seed: 0));
        Assert.Null(PairedComparison.Compare([0], [1]).Interval);
        Assert.Equal(new ConfidenceInterval(0.25, 0.25), Resampling.Interval([0.25, 0.25, 0.25], seed: 0));
    }

    // Differences of nDCG@10 between two models on TREC DL19, one a query.
    private static readonly double[] Dl19Differences =
    [
        -0.0049, 0.0000, -0.0581, -0.0009, 0.0085, 0.0733, 0.0482, 0.0000, 0.0030, 0.0050, 0.0522, -0.0366, -0.0734, 0.0035, 0.1695, -0.0372, 0.1923, -0.0428,
        -0.0248, -0.0214, 0.0327, 0.0287, 0.2608, -0.1388, 0.0400, 0.0000, 0.0271, -0.0722, 0.0093, 0.0792, -0.0066, 0.0752, 0.0000, -0.0233, -0.0076, 0.0284,
        0.0318, 0.0221, 0.0294, 0.0095, -0.2555, -0.0353, 0.0000,
    ];

    [Theory]
    [InlineData(25, 0.047)]
    [InlineData(50, 0.035)]
    [InlineData(100, 0.025)]
    [InlineData(200, 0.018)]
    public void Interval_Dl19DifferencesAtTheSpreadOfOthers_HasTheHalfWidthsThatTheyPublished(int queries, double published)
    {
        const double Deviation = 0.12;   // what the published half-widths come of
        double mean = Dl19Differences.Average();
        double scale = Deviation / Math.Sqrt(Dl19Differences.Average(difference => (difference - mean) * (difference - mean)));
        var random = new Random(queries);

        double halfWidth = Enumerable.Range(0, 200).Average(draw =>
        {
            double[] drawn = [.. Enumerable.Range(0, queries).Select(_ => scale * Dl19Differences[random.Next(Dl19Differences.Length)])];
            return Resampling.Interval(drawn, (ulong)draw, Samples)!.Value.HalfWidth;
        });

        Assert.InRange(halfWidth / published, 0.8, 1.2);
        Assert.InRange(halfWidth, 1.85 * Deviation / Math.Sqrt(queries), 2.1 * Deviation / Math.Sqrt(queries));
    }

    [Theory]
    [InlineData(4, 2.7764, 0.01)]
    [InlineData(24, 2.0639, 0.001)]
    [InlineData(199, 1.9720, 0.001)]
    public void StudentQuantile_TableValues_AreMet(int degreesOfFreedom, double expected, double tolerance) =>
        Assert.Equal(1, NormalDistribution.StudentQuantile975(degreesOfFreedom) / expected, (a, b) => Math.Abs(a - b) <= tolerance);

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(-1.959964, 0.025)]
    [InlineData(1, 0.8413447)]
    public void Cumulative_TableValues_AreMet(double z, double expected) => Assert.Equal(expected, NormalDistribution.Cumulative(z), 6);

    [Fact]
    public void SplitHalf_GainOfFewQueriesOnly_DoesNotHold()
    {
        double[] everywhere = [.. Enumerable.Repeat(0.1, 20)];
        double[] once = [1, .. Enumerable.Repeat(-0.01, 19)];

        Assert.True(SplitHalfCheck.Create(everywhere)!.Holds);
        SplitHalfCheck check = SplitHalfCheck.Create(once)!;
        Assert.False(check.Holds);
        Assert.Equal(0, check.ShareOfSplits);
        Assert.Equal(once.Average(), (check.FirstHalf + check.SecondHalf) / 2, 12);
        Assert.Null(SplitHalfCheck.Create([1, 1, 1]));
    }

    // As nDCG is: many are 0 or 1, the others anywhere between.
    private static double Value(Random random) => random.NextDouble() switch
    {
        < 0.15 => 0,
        > 0.8 => 1,
        _ => random.NextDouble(),
    };
}

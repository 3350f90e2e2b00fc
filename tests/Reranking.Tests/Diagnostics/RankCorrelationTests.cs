using System.Collections;
using System.Globalization;
using CsCheck;
using Reranking.Diagnostics;

namespace Reranking.Tests;

public sealed class RankCorrelationTests
{
    private static readonly Gen<(RelevanceScore[] First, RelevanceScore[] Second)> GenPair =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 1]).Array[0, 20].Select(rows => (
            rows.Select(row => new RelevanceScore(0, row.Item1) { Stage = row.Item3 }).ToArray(),
            rows.Select(row => new RelevanceScore(0, row.Item2)).ToArray()));

    private static readonly Gen<double> GenAnyDouble = Gen.OneOf(Gen.Double.Special, Gen.Int[-1, 1].Select(static i => i == -1 ? -0.0 : i));

    // Worked by hand: (concordant - discordant) / sqrt(pairs the first orders * pairs the second orders).
    [Theory]
    [InlineData("1 2 3", "1 2 3", 1.0)]
    [InlineData("1 2 3", "3 2 1", -1.0)]
    [InlineData("1 2 3 4", "1 2 4 3", 4 / 6.0)]
    [InlineData("1 2 3 4 5", "3 4 1 2 5", 2 / 10.0)]
    [InlineData("1 2 3", "1 1 2", 0.81649658092772603)]
    [InlineData("1 1 2 3", "1 2 2 3", 0.8)]
    [InlineData("12 2 1 12 2", "1 4 7 1 0", -0.47140452079103173)]
    [InlineData("1 1 2", "1 1 2", 1.0)]
    [InlineData("1 1 1", "1 2 3", null)]
    [InlineData("1 2 3", "2 2 2", null)]
    [InlineData("1", "1", null)]
    [InlineData("", "", null)]
    public void KendallTau_HandWorked_IsTauB(string first, string second, double? expected)
    {
        double? tau = RankCorrelation.KendallTau(Scores(first), Scores(second));

        Assert.Equal(expected is null, tau is null);
        Assert.Equal(expected ?? 0, tau ?? 0, 1e-15);
    }

    [Fact]
    public void KendallTau_AnyScores_IsThatOfEveryPairAgainstEveryPair() =>
        GenPair.Sample(pair => Assert.Equal(OfEveryPair(pair.First, pair.Second), RankCorrelation.KendallTau(pair.First, pair.Second)));

    // A NaN sorts before all numbers and ties with itself, and -0 ties with 0.
    [Fact]
    public void KendallTau_AnyDoubles_IsThatOfEveryPairAgainstEveryPair() =>
        Gen.Select(GenAnyDouble, GenAnyDouble, Gen.Int[-1, 1]).Array[0, 60].Sample(rows =>
            {
                RelevanceScore[] first = [.. rows.Select(row => new RelevanceScore(0, row.Item1))];
                RelevanceScore[] second = [.. rows.Select(row => new RelevanceScore(0, row.Item2) { Stage = row.Item3 })];

                Assert.Equal(OfEveryPair(first, second), RankCorrelation.KendallTau(first, second));
            });

    [Fact]
    public void KendallTau_BulkCall_ReadsEachScoreAFewTimes()
    {
        const int Count = 20_000;
        var first = new CountingScores(Count, factor: 7_919);
        var second = new CountingScores(Count, factor: 104_729);

        Assert.InRange(RankCorrelation.KendallTau(first, second) ?? -1, -0.99, 0.99);

        Assert.InRange(first.Reads + second.Reads, 2 * Count, 10L * Count);
    }

    [Fact]
    public void KendallTau_AnyScores_IsSymmetricAndWithinBounds() =>
        GenPair.Sample(pair =>
        {
            double? tau = RankCorrelation.KendallTau(pair.First, pair.Second);

            Assert.Equal(tau, RankCorrelation.KendallTau(pair.Second, pair.First));
            Assert.InRange(tau ?? 0, -1 - 1e-12, 1 + 1e-12);
        });

    [Fact]
    public void KendallTau_AnyScoresAgainstThemselves_IsOneAndAgainstTheReverseMinusOne() =>
        GenPair.Sample(pair =>
        {
            RelevanceScore[] reverse = [.. pair.First.Select(score => new RelevanceScore(0, -score.RawValue) { Stage = 1 - score.Stage })];
            double? one = pair.First.Distinct().Count() > 1 ? 1 : null;

            Assert.Equal(one, RankCorrelation.KendallTau(pair.First, pair.First));
            Assert.Equal(-one, RankCorrelation.KendallTau(pair.First, reverse));
        });

    [Fact]
    public void KendallTau_AnyRisingChangeOfScores_ChangesNothing() =>
        GenPair.Sample(pair =>
        {
            RelevanceScore[] stretched = [.. pair.Second.Select(score => new RelevanceScore(0, Math.Exp(score.RawValue) - 100))];

            Assert.Equal(RankCorrelation.KendallTau(pair.First, pair.Second), RankCorrelation.KendallTau(pair.First, stretched));
        });

    [Fact]
    public void KendallTau_Stages_CountBeforeScores()
    {
        RelevanceScore[] cascade = [new(0, 1) { Stage = 1 }, new(0, 9)];

        Assert.Equal(1, RankCorrelation.KendallTau(cascade, Scores("2 1")));
        Assert.Equal(-1, RankCorrelation.KendallTau(cascade, Scores("1 2")));
    }

    [Theory]
    [InlineData("5 4 3 2 1", "5 4 3 2 1", 2, 1.0)]
    [InlineData("5 4 3 2 1", "1 2 3 4 5", 2, 0.0)]
    [InlineData("5 4 3 2 1", "5 1 4 2 3", 2, 0.5)]
    [InlineData("5 4 3 2 1", "1 2 3 4 5", 3, 1 / 3.0)]
    [InlineData("1 1 1", "1 2 3", 1, 0.0)]
    [InlineData("1 1 1", "2 2 1", 2, 1.0)]
    [InlineData("2 1", "1 2", 2, null)]
    [InlineData("2 1", "1 2", 3, null)]
    public void Overlap_HandWorked_IsTheShareInCommon(string first, string second, int count, double? expected) =>
        Assert.Equal(expected, RankCorrelation.Overlap(Scores(first), Scores(second), count));

    [Fact]
    public void Overlap_Stages_CountBeforeScores() =>
        Assert.Equal(0, RankCorrelation.Overlap([new(0, 1) { Stage = 1 }, new(0, 9)], Scores("1 2"), 1));

    private static double? OfEveryPair(RelevanceScore[] first, RelevanceScore[] second)
    {
        long balance = 0;
        long orderedByFirst = 0;
        long orderedBySecond = 0;
        for (int i = 1; i < first.Length; i++)
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

        return orderedByFirst == 0 || orderedBySecond == 0
            ? null
            : orderedByFirst == orderedBySecond ? (double)balance / orderedByFirst
            : balance / (Math.Sqrt(orderedByFirst) * Math.Sqrt(orderedBySecond));

        static int Compare(RelevanceScore one, RelevanceScore other) =>
            Math.Sign(one.Stage != other.Stage ? one.Stage.CompareTo(other.Stage) : one.RawValue.CompareTo(other.RawValue));
    }

    private static RelevanceScore[] Scores(string numbers) =>
        [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(number => new RelevanceScore(0, double.Parse(number, CultureInfo.InvariantCulture)))];

    private sealed class CountingScores(int count, int factor) : IReadOnlyList<RelevanceScore>
    {
        public long Reads { get; private set; }

        public int Count => count;

        public RelevanceScore this[int index]
        {
            get
            {
                Reads++;
                return new RelevanceScore(0, (long)index * factor % 10_007);
            }
        }

        public IEnumerator<RelevanceScore> GetEnumerator() => Enumerable.Range(0, count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

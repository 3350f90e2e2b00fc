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

    private static RelevanceScore[] Scores(string numbers) =>
        [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(number => new RelevanceScore(0, double.Parse(number, CultureInfo.InvariantCulture)))];
}

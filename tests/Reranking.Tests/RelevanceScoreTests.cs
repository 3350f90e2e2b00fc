using System.Runtime.CompilerServices;

namespace Reranking.Tests;

public class RelevanceScoreTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.7310585786300049)]
    [InlineData(-1, 0.2689414213699951)]
    [InlineData(8.6, 0.9998159280950366)]
    [InlineData(-11.2, 1.3674009084599736E-05)]
    [InlineData(1000, 1)]
    [InlineData(-1000, 0)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(double.NegativeInfinity, 0)]
    public void FromLogit_Logit_GivesItsSigmoid(double logit, double expected)
    {
        RelevanceScore score = RelevanceScore.FromLogit(logit);

        Assert.Equal(expected, score.Value, 1e-15);
        Assert.Equal(logit, score.RawValue);
    }

    [Fact]
    public void FromLogit_SaturatedLogits_StayApartInTheRawScore()
    {
        Assert.Equal(RelevanceScore.FromLogit(38).Value, RelevanceScore.FromLogit(45).Value);
        Assert.NotEqual(RelevanceScore.FromLogit(38), RelevanceScore.FromLogit(45));
    }

    [Fact]
    public void BestWindow_AnyRange_IsKeptAndCounts()
    {
        var score = RelevanceScore.FromLogit(1);

        Assert.Null(score.BestWindow);
        Assert.Equal(0..7, (score with { BestWindow = 0..7 }).BestWindow);
        Assert.NotEqual(score, score with { BestWindow = 3..7 });
        Assert.Equal(score, score with { BestWindow = 0..0 });
    }

    [Fact]
    public void Size_IsAsTheRemarksSay() => Assert.Equal(40, Unsafe.SizeOf<RelevanceScore>());
}

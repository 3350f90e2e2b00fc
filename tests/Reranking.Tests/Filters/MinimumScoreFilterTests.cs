namespace Reranking.Tests;

public class MinimumScoreFilterTests
{
    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Constructor_OutOfRange_Throws(double minimumScore)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => new MinimumScoreFilter(minimumScore));

        Assert.Equal("minimumScore", exception.ParamName);
        Assert.StartsWith("A minimum score goes from 0 to 1.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(minimumScore, exception.ActualValue);
    }

    [Fact]
    public void Apply_Null_Throws() => Assert.Equal("ranked", Assert.Throws<ArgumentNullException>(() => new MinimumScoreFilter(0).Apply<string>(null!)).ParamName);

    [Fact]
    public void Apply_Ranking_LeavesOutTheWorseAndTheUnscored()
    {
        RankedCandidate<string>[] ranked = [new("a", 2, new RelevanceScore(0.9, 3)), new("b", 0, new RelevanceScore(0.5, 0)), new("c", 1, new RelevanceScore(0.4, -1)), new("d", 3, null)];

        Assert.Equal(ranked.Take(2), new MinimumScoreFilter(0.5).Apply(ranked));
        Assert.Equal(ranked.Take(3), new MinimumScoreFilter(0).Apply(ranked));
        Assert.Empty(new MinimumScoreFilter(1).Apply(ranked));
    }
}

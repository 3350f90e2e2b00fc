namespace Reranking.Onnx.Tests;

public class PairFitTests
{
    [Theory]
    [InlineData(3, 4, 7, 3, 4)]
    [InlineData(3, 9, 7, 3, 4)]
    [InlineData(9, 3, 7, 4, 3)]
    [InlineData(9, 9, 7, 3, 4)]
    [InlineData(10, 9, 7, 4, 3)]
    [InlineData(9, 10, 7, 3, 4)]
    [InlineData(9, 9, 0, 0, 0)]
    [InlineData(0, 9, 7, 0, 7)]
    public void Compute_LongestFirst_CutsTheLongerSideFirst(int query, int document, int budget, int expectedQuery, int expectedDocument) => Assert.Equal(
        new PairFit(expectedQuery, expectedDocument, IsQueryTooLong: false),
        PairFit.Compute(query, document, budget, TruncationStrategy.LongestFirst));

    [Theory]
    [InlineData(3, 4, 7, 4, false)]
    [InlineData(3, 9, 7, 4, false)]
    [InlineData(6, 9, 7, 1, false)]
    [InlineData(7, 1, 7, 1, true)]
    [InlineData(8, 0, 7, 0, true)]
    public void Compute_OnlySecond_NeverCutsTheQuery(int query, int document, int budget, int expectedDocument, bool isQueryTooLong) => Assert.Equal(
        new PairFit(query, expectedDocument, isQueryTooLong),
        PairFit.Compute(query, document, budget, TruncationStrategy.OnlySecond));

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(0, -1, 0)]
    [InlineData(0, 0, -1)]
    public void Compute_NegativeLength_Throws(int query, int document, int budget) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PairFit.Compute(query, document, budget, TruncationStrategy.LongestFirst));
}

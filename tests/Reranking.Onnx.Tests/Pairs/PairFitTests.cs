using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

public sealed class PairFitTests
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
    public void LongestFirst_AnyLengths_CutsTheLongerSideFirst(int query, int document, int budget, int expectedQuery, int expectedDocument) => Assert.Equal(
        new PairFit(expectedQuery, expectedDocument),
        PairFit.LongestFirst(query, document, budget));

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(0, -1, 0)]
    [InlineData(0, 0, -1)]
    public void LongestFirst_NegativeLength_Throws(int query, int document, int budget) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PairFit.LongestFirst(query, document, budget));
}

using CsCheck;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

public sealed class SortedSearchTests
{
    [Fact]
    public void IndexOf_AnyValues_IsThatOfArraySearch() => Gen.Select(Gen.Int[-50, 50].Array[0, 40], Gen.Int[-55, 55]).Sample((values, wanted) =>
    {
        int[] sorted = [.. values.Distinct().Order()];

        Assert.Equal(Array.IndexOf(sorted, wanted), SortedSearch.IndexOf<int>(sorted, wanted));
    }, iter: 5_000);
}

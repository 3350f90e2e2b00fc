using CsCheck;
using Reranking.Tokenizers.Tokenization.Models;

namespace Reranking.Tokenizers.Tests;

public sealed class MergeTableTests
{
    private static readonly int[] ByteIds = [.. Enumerable.Range(0, 256)];

    [Fact]
    public void Find_AnyMerges_IsTheLastOfEachPairAndNoneOfOthers() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[0, 100_000]).Array[0, 500].Sample(merges =>
        {
            var table = new MergeTable([.. merges.Select(static merge => (merge.Item1, merge.Item2, merge.Item3))], ByteIds);
            Dictionary<(int, int), int> ranks = [];
            for (int rank = 0; rank < merges.Length; rank++)
            {
                ranks[(merges[rank].Item1, merges[rank].Item2)] = rank;
            }

            for (int left = 0; left < 300; left += 7)
            {
                for (int right = 0; right < 300; right++)
                {
                    long found = table.Find(left, right);
                    if (ranks.TryGetValue((left, right), out int rank))
                    {
                        Assert.Equal((rank, merges[rank].Item3), (MergeTable.RankOf(found), MergeTable.MergedOf(found)));
                    }
                    else
                    {
                        Assert.Equal(MergeTable.None, found);
                    }

                    if (left < 256 && right < 256)
                    {
                        Assert.Equal(found, table.FindOfBytes((byte)left, (byte)right));
                    }
                }
            }
        }, iter: 50);

    [Fact]
    public void Find_EarlierMerge_IsTheLowerNumber()
    {
        var table = new MergeTable([(1, 2, 900), (3, 4, 5)], ByteIds);

        Assert.True(table.Find(1, 2) < table.Find(3, 4));
        Assert.True(table.Find(3, 4) < MergeTable.None);
    }
}

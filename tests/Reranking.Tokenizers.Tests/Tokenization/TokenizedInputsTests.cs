using CsCheck;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

public sealed class TokenizedInputsTests
{
    [Fact]
    public void Add_AnyInputs_AreReadAsTheyWereWritten() => Gen.Long[0, 250_000].Array[0, 700].Array[0, 40].Sample(rows =>
    {
        using var inputs = new TokenizedInputs(capacity: 1);
        foreach (long[] row in rows)
        {
            inputs.Add(row.Length, out Span<long> ids, out Span<long> typeIds);
            row.CopyTo(ids);
            typeIds.Fill(row.Length % 3);
        }

        Assert.Equal(rows.Length, inputs.Count);
        Assert.Equal(rows.Sum(static row => row.Length), inputs.TokenCount);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(rows[i].Length, inputs.Length(i));
            Assert.Equal(rows[i], inputs.Ids(i).ToArray());
            Assert.Equal(Enumerable.Repeat((long)(rows[i].Length % 3), rows[i].Length), inputs.TypeIds(i).ToArray());
        }
    });

    [Fact]
    public void Dispose_Twice_ReturnsTheMemoryOnce()
    {
        var inputs = new TokenizedInputs(1);
        inputs.Add(3, out _, out _);

        inputs.Dispose();
        inputs.Dispose();

        Assert.Equal((0, 0), (inputs.Count, inputs.TokenCount));
    }
}

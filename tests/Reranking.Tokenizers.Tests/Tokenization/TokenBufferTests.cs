using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

public sealed class TokenBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    public void Add_BeyondTheCapacity_KeepsAllIds(int capacity)
    {
        var buffer = new TokenBuffer(capacity);
        for (int id = 0; id < 2_000; id++)
        {
            buffer.Add(id);
        }

        Assert.Equal(Enumerable.Range(0, 2_000), buffer.Ids.ToArray());
        Assert.Equal([5, 6, 7], buffer.Slice(5, 3).ToArray());
    }

    [Fact]
    public void Truncate_WithinTheIds_RemovesTheLast()
    {
        var buffer = new TokenBuffer();
        Array.ForEach([1, 2, 3, 4], buffer.Add);

        buffer.Truncate(2);

        Assert.Equal([1, 2], buffer.Ids.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(-1));
    }

    [Fact]
    public void Reverse_FromAPosition_TurnsTheRestOnly()
    {
        var buffer = new TokenBuffer();
        Array.ForEach([1, 2, 3, 4], buffer.Add);

        buffer.Reverse(1);

        Assert.Equal([1, 4, 3, 2], buffer.Ids.ToArray());
    }

    [Fact]
    public void Return_BufferOfAHugeRequest_IsNotKept()
    {
        TokenBuffer huge = TokenBufferPool.Rent();
        for (int id = 0; id < (1 << 18) + 1; id++)
        {
            huge.Add(id);
        }

        TokenBufferPool.Return(huge);

        List<TokenBuffer> rented = [.. Enumerable.Range(0, 20).Select(static _ => TokenBufferPool.Rent())];
        Assert.DoesNotContain(huge, rented);
        Assert.All(rented, static buffer => Assert.Equal(0, buffer.Count));
        rented.ForEach(TokenBufferPool.Return);
    }
}

using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

[Collection(MemoryMeasuring.Name)]   // alone, since the pool is that of the process
public sealed class TokenBufferPoolTests
{
    [Fact]
    public void Return_Buffer_ComesBackEmpty()
    {
        List<TokenBuffer> held = Drain();
        var buffer = new TokenBuffer();
        buffer.Add(7);

        TokenBufferPool.Return(buffer);
        TokenBuffer rented = TokenBufferPool.Rent();

        Assert.Same(buffer, rented);
        Assert.Equal(0, rented.Count);
        held.ForEach(TokenBufferPool.Return);
    }

    [Theory]
    [InlineData(1 << 18, true)]
    [InlineData((1 << 18) + 1, false)]
    public void Return_BufferThatAHugeRequestHasGrown_IsReleased(int capacity, bool isKept)
    {
        List<TokenBuffer> held = Drain();
        var buffer = new TokenBuffer(capacity);

        TokenBufferPool.Return(buffer);

        Assert.Equal(isKept, ReferenceEquals(buffer, TokenBufferPool.Rent()));
        held.ForEach(TokenBufferPool.Return);
    }

    [Fact]
    public void Return_MoreThanAreKept_LetsTheRestGo()
    {
        List<TokenBuffer> held = Drain();
        TokenBuffer[] buffers = [.. Enumerable.Range(0, 20).Select(static _ => new TokenBuffer(8))];
        Array.ForEach(buffers, TokenBufferPool.Return);

        List<TokenBuffer> kept = Drain();

        Assert.Equal(buffers[..16], kept);
        held.ForEach(TokenBufferPool.Return);
    }

    // All that is in the pool, and new ones.
    private static List<TokenBuffer> Drain()
    {
        List<TokenBuffer> kept = [];
        for (int i = 0; i < 16; i++)
        {
            kept.Add(TokenBufferPool.Rent());
        }

        return kept;
    }
}

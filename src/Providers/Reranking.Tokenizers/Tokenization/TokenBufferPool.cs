using System.Collections.Concurrent;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Keeps the token buffers of ended requests for the next ones.</summary>
internal static class TokenBufferPool
{
    // 100 documents of 512 tokens need 51,200; a buffer that one huge request has grown beyond this is released.
    private const int MaxKeptCapacity = 1 << 18;
    private const int MaxKept = 16;

    private static readonly ConcurrentQueue<TokenBuffer> Kept = new();

    public static TokenBuffer Rent() => Kept.TryDequeue(out TokenBuffer? buffer) ? buffer : new TokenBuffer();

    public static void Return(TokenBuffer buffer)
    {
        if (buffer.Capacity <= MaxKeptCapacity && Kept.Count < MaxKept)
        {
            buffer.Clear();
            Kept.Enqueue(buffer);
        }
    }
}

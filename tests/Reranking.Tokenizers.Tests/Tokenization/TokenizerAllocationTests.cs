using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>Run while nothing else does: other tests rent the same pooled buffers, and what they hold has to be made again here.</summary>
[Collection(Alone.Name)]
public class TokenizerAllocationTests
{
    private const int Limit = 512;

    [Theory]
    [MemberData(nameof(TokenizerTests.Families), MemberType = typeof(TokenizerTests))]
    public void Encode_WarmThread_AllocatesNothingOfItsOwn(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        var buffer = new TokenBuffer(capacity: 4_096);
        string[] texts = [.. TokenizerData.Torture.Where(text => text.Length is > 0 and < 2_000)];
        EncodeAll(tokenizer, texts, buffer);
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)   // a collection meanwhile empties pools, and what is rented again then is nobody's fault
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            EncodeAll(tokenizer, texts, buffer);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least / texts.Length, 0, 8);
    }

    private static void EncodeAll(Tokenizer tokenizer, string[] texts, TokenBuffer buffer)
    {
        foreach (string text in texts)
        {
            buffer.Clear();
            tokenizer.Encode(text, Limit, buffer);
        }
    }

    [CollectionDefinition(Name, DisableParallelization = true)]
    public sealed class Alone
    {
        public const string Name = "tokenizers alone";
    }
}

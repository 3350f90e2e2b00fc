using System.Runtime.InteropServices;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>What has to hold for any bytes: a length, a query and a document, read as UTF-16 and taken all the way to what a model reads.</summary>
internal static class TokenizerFuzzTarget
{
    public static void Run(Tokenizer tokenizer, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(bytes);
        int maxLength = tokenizer.Pair.SpecialTokenCount + (text.IsEmpty ? 0 : text[0] % 100) + 1;
        int queryLength = text.Length / 3;
        var buffer = new TokenBuffer(capacity: 0);
        EncodedText query = tokenizer.Encode(text[..queryLength], maxLength, buffer);
        EncodedText document = tokenizer.Encode(text[queryLength..], maxLength, buffer);
        Assert.Equal(buffer.Count, query.Count + document.Count);
        foreach (int id in buffer.Ids)
        {
            Assert.InRange(id, 0, tokenizer.VocabularySize - 1);
        }

        AssertRead(query, queryLength, maxLength);
        AssertRead(document, text.Length - queryLength, maxLength);
        PairFit fit = PairFit.LongestFirst(query.Count, document.Count, maxLength - tokenizer.Pair.SpecialTokenCount);
        long[] ids = new long[maxLength];
        long[] typeIds = new long[maxLength];
        int length = tokenizer.Pair.Write(buffer.Slice(query.Start, fit.QueryLength), buffer.Slice(document.Start, fit.DocumentLength), ids, typeIds);
        Assert.Equal(Math.Min(maxLength, buffer.Count + tokenizer.Pair.SpecialTokenCount), length);
        Assert.All(typeIds[..length], typeId => Assert.InRange(typeId, 0, 1));
        Assert.Equal(typeIds[..length].Order(), typeIds[..length]);
    }

    private static void AssertRead(EncodedText encoded, int length, int limit)
    {
        Assert.InRange(encoded.CharactersRead, 0, length);
        Assert.True(encoded.IsComplete ? encoded.CharactersRead == length : encoded.Count >= limit);
    }
}

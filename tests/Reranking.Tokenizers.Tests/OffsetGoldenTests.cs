using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tests;

/// <summary>Which part of each text HuggingFace tokenizers 0.23.2 says that each token is, in UTF-16 code units.</summary>
public sealed class OffsetGoldenTests
{
    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    [InlineData("modernbert")]
    [InlineData("qwen3")]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    public void Align_SingleTexts_EqualHuggingFace(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        JsonElement[] goldens = [.. TokenizerData.ReadLines($"{family}/offsets.jsonl.gz")];
        Assert.Equal(3_298, goldens.Length);
        string[] different = [.. goldens.Select(golden => Compare(tokenizer, golden)).OfType<string>()];
        Assert.True(different.Length == 0, $"{different.Length} differ:\n{string.Join('\n', different.Take(10))}");
    }

    private static string? Compare(Tokenizer tokenizer, JsonElement golden)
    {
        int id = golden.GetProperty("id").GetInt32();
        string text = TokenizerData.Torture[id];
        var tokens = new AlignedTokens();
        tokenizer.Align(text, tokens);
        if (!tokens.Ids.Ids.SequenceEqual(TokenizerData.Encode(tokenizer, text)))
        {
            return $"{id}: the ids are others than without offsets.";
        }

        int[] offsets = [.. tokens.Spans.SelectMany(span => new[] { span.Start, span.End })];
        bool isEqual = golden.TryGetProperty("offsets", out JsonElement expected)
            ? offsets.SequenceEqual(expected.EnumerateArray().Select(offset => offset.GetInt32()))
            : offsets.Length == 2 * golden.GetProperty("n").GetInt32() && Hash(offsets) == golden.GetProperty("sha256").GetString();
        return isEqual ? null : $"{id}: {golden} and not {string.Join(',', offsets.Take(60))}";
    }

    private static string Hash(int[] offsets) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(offsets.AsSpan())))[..16];
}

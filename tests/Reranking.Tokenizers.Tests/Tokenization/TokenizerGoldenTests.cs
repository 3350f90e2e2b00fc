using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>What HuggingFace tokenizers 0.23.2 answered, id by id.</summary>
public class TokenizerGoldenTests
{
    private const int SingleTextCount = 3_298;

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    [InlineData("modernbert")]
    [InlineData("qwen3")]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    [InlineData("xlm-roberta/metaspace")]
    public void Encode_SingleTexts_EqualHuggingFace(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        JsonElement[] goldens = [.. ReadGoldens(family, "id")];
        Assert.Equal(SingleTextCount, goldens.Length);
        int[] different =
        [
            .. goldens
                .Where(golden => !HasIds(golden, TokenizerData.EncodeSingle(tokenizer, TokenizerData.Torture[golden.GetProperty("id").GetInt32()])))
                .Select(golden => golden.GetProperty("id").GetInt32()),
        ];
        Assert.Empty(different);
    }

    [Theory]
    [InlineData("bert", 394)]
    [InlineData("roberta", 456)]
    [InlineData("modernbert", 448)]
    [InlineData("qwen3", 432)]
    [InlineData("deberta-v3", 421)]
    [InlineData("xlm-roberta", 421)]
    public void Write_PairsInAllTruncations_EqualHuggingFace(string family, int pairCount)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        JsonElement[] goldens = [.. ReadGoldens(family, "query")];
        Assert.Equal(pairCount, goldens.Length);
        Assert.Empty(goldens.Where(golden => !IsEqual(tokenizer, golden)).Select(golden => golden.GetRawText()));
    }

    private static IEnumerable<JsonElement> ReadGoldens(string family, string kind) =>
        TokenizerData.ReadLines($"{family}/golden.jsonl.gz").Where(line => line.TryGetProperty(kind, out _));

    private static bool IsEqual(Tokenizer tokenizer, JsonElement golden)
    {
        string strategy = golden.GetProperty("truncation").GetString()!;
        int maxLength = strategy == "none" ? int.MaxValue : golden.GetProperty("max_length").GetInt32();
        var buffer = new TokenBuffer();
        EncodedText query = tokenizer.Encode(TokenizerData.Torture[golden.GetProperty("query").GetInt32()], maxLength, buffer);
        EncodedText document = tokenizer.Encode(TokenizerData.Torture[golden.GetProperty("document").GetInt32()], maxLength, buffer);
        int budget = maxLength - tokenizer.Pair.SpecialTokenCount;
        bool isTooLong = (long)query.Count + document.Count > budget;
        if (golden.TryGetProperty("error", out _))
        {
            return strategy == "only_second" && isTooLong && query.Count >= budget;   // the reference refuses to cut the query
        }

        PairFit fit = strategy == "only_second" && isTooLong
            ? new PairFit(query.Count, budget - query.Count)
            : PairFit.LongestFirst(query.Count, document.Count, budget);

        long[] ids = new long[fit.QueryLength + fit.DocumentLength + tokenizer.Pair.SpecialTokenCount];
        long[] typeIds = new long[ids.Length];
        int length = tokenizer.Pair.Write(
            buffer.Slice(query.Start, fit.QueryLength),
            buffer.Slice(document.Start, fit.DocumentLength),
            ids,
            typeIds);
        return length == ids.Length && HasIds(golden, [.. ids.Select(id => (int)id)]) && typeIds.SequenceEqual(ReadTypeIds(golden));
    }

    private static bool HasIds(JsonElement golden, int[] ids)
    {
        if (golden.TryGetProperty("ids", out JsonElement all))
        {
            return ids.SequenceEqual(all.EnumerateArray().Select(id => id.GetInt32()));
        }

        string hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan())));
        return ids.Length == golden.GetProperty("n").GetInt32() && hash.Equals(golden.GetProperty("sha256").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<long> ReadTypeIds(JsonElement golden) =>
        golden.GetProperty("type_ids_rle").EnumerateArray().SelectMany(run => Enumerable.Repeat(run[0].GetInt64(), run[1].GetInt32()));
}

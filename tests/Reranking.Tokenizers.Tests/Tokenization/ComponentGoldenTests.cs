using System.Text.Json;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Normalization;

namespace Reranking.Tokenizers.Tests;

/// <summary>What single components of HuggingFace tokenizers 0.23.2 made of seeded random texts.</summary>
public class ComponentGoldenTests
{
    [Fact]
    public void Normalize_AllNormalizers_EqualHuggingFace() =>
        AssertEqual("normalizer", count: 4_800, "normalized", (json, text) => TokenizerData.Normalize(TokenizerComponents.Normalizers.Read(json), text));

    [Fact]
    public void Split_AllPreTokenizers_EqualHuggingFace() => AssertEqual(
        "pre_tokenizer",
        count: 8_000,
        "pieces",
        (json, text) => JsonSerializer.Serialize(TokenizerData.Split(TokenizerComponents.PreTokenizers.Read(json), text)));

    [Fact]
    public void Normalize_GraphemesOfAllKinds_EqualHuggingFace()
    {
        JsonElement[] goldens = [.. TokenizerData.ReadLines("components.jsonl.gz").Where(line => line.TryGetProperty("answers", out _))];
        Assert.Equal(60, goldens.Length);
        var different = new List<string>();
        foreach (JsonElement golden in goldens)
        {
            Normalizer normalizer = TokenizerComponents.Normalizers.Read(ReadComponent(golden, "normalizer"));
            different.AddRange(golden.GetProperty("answers").EnumerateArray()
                .Where(answer => TokenizerData.Normalize(normalizer, answer[0].GetString()!) != answer[1].GetString())
                .Select(answer => answer.GetRawText()));
        }

        Assert.Empty(different);
    }

    private static void AssertEqual(string kind, int count, string answer, Func<ComponentJson, string, string> compute)
    {
        JsonElement[] goldens =
        [
            .. TokenizerData.ReadLines("components.jsonl.gz").Where(line => line.TryGetProperty(kind, out _) && line.TryGetProperty(answer, out _)),
        ];
        Assert.Equal(count, goldens.Length);
        Assert.Empty(goldens.Where(golden =>
        {
            JsonElement expected = golden.GetProperty(answer);
            string written = expected.ValueKind == JsonValueKind.Array ? JsonSerializer.Serialize(expected.Deserialize<string[]>()) : expected.GetString()!;
            return compute(ReadComponent(golden, kind), golden.GetProperty("text").GetString()!) != written;
        }).Select(golden => golden.GetRawText()));
    }

    private static ComponentJson ReadComponent(JsonElement golden, string kind) =>
        new(new TokenizerSource("tokenizer.json"), kind, golden.GetProperty(kind));
}

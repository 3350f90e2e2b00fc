using System.Text.Json;
using System.Text.Json.Nodes;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Normalization;

namespace Reranking.Tokenizers.Tests;

/// <summary>What HuggingFace tokenizers 0.23.2 answered to settings that the bundled tokenizer.json does not have.</summary>
public class TokenizerSettingsGoldenTests
{
    [Fact]
    public void Encode_BertNormalizerOptions_EqualHuggingFace()
    {
        var different = new List<string>();
        foreach (JsonElement golden in TokenizerData.ReadLines("options.jsonl.gz"))
        {
            JsonNode json = JsonNode.Parse(File.ReadAllText(TokenizerData.BundledPath))!;
            json["normalizer"] = JsonNode.Parse(golden.GetProperty("normalizer").GetRawText());
            Tokenizer tokenizer = TokenizerData.ReadJson(json.ToJsonString());
            different.AddRange(golden.GetProperty("answers").EnumerateArray()
                .Where(answer => !TokenizerData.EncodeSingle(tokenizer, TokenizerData.Torture[answer[0].GetInt32()]).SequenceEqual(ReadIds(answer[1])))
                .Select(answer => $"{golden.GetProperty("normalizer")}: {answer[0]}"));
        }

        Assert.Empty(different);
    }

    [Fact]
    public void Encode_AddedTokens_EqualHuggingFace()
    {
        JsonElement[] lines = [.. TokenizerData.ReadLines("added-tokens.jsonl.gz")];
        Assert.Equal(3_001, lines.Length);
        var different = new List<string>();
        foreach (JsonElement golden in lines.Skip(1))
        {
            JsonObject json = JsonNode.Parse(golden.GetRawText())!.AsObject();
            json["model"] = JsonNode.Parse(lines[0].GetProperty("model").GetRawText());
            int[] ids = TokenizerData.EncodeSingle(TokenizerData.ReadJson(json.ToJsonString()), golden.GetProperty("text").GetString()!);
            if (!ids.SequenceEqual(ReadIds(golden.GetProperty("ids"))))
            {
                different.Add($"{string.Join(' ', ids)} for {golden}");
            }
        }

        Assert.Empty(different);
    }

    [Fact]
    public void Normalize_RunsOfCombiningMarks_EqualHuggingFace()
    {
        var normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: true, lowercase: true);
        Assert.All(TokenizerData.ReadLines("reordering.jsonl.gz"), golden => Assert.Equal(
            golden.GetProperty("normalized").GetString(),
            TokenizerData.Normalize(normalizer, golden.GetProperty("text").GetString()!)));
    }

    private static IEnumerable<int> ReadIds(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetInt32());
}

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>The test data of the tokenizer; Data/tokenizers/SOURCE.md says where each file comes from.</summary>
internal static class TokenizerData
{
    private static readonly Lazy<Tokenizer> BundledTokenizer = new(() => TokenizerFile.Load(BundledPath));
    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer>> FamilyTokenizers = new();
    private static readonly Lazy<string[]> TortureTexts = new(ReadTorture);

    /// <summary>Gets the tokenizer of the bundled model, which is the one that the goldens were made with but for truncation and padding.</summary>
    public static Tokenizer Bundled => BundledTokenizer.Value;

    /// <summary>The setting that errors name.</summary>
    public const string Setting = "Reranking:Scorers:local:ModelPath";

    public static string BundledPath => Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8", "tokenizer.json");

    /// <summary>Gets the torture texts by their id.</summary>
    public static IReadOnlyList<string> Torture => TortureTexts.Value;

    /// <summary>Gets the tokenizer of a family: a folder of the test data.</summary>
    public static Tokenizer Load(string family) => family == "bert"
        ? Bundled
        : FamilyTokenizers.GetOrAdd(family, name => new Lazy<Tokenizer>(() => ReadJson(ReadFile(name)))).Value;

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", "tokenizers", name);

    public static IEnumerable<JsonElement> ReadLines(string name)
    {
        using var reader = new StreamReader(Unzip(name));
        while (reader.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    /// <summary>Reads a text that is written as <c>text</c>, as UTF-16 code units in hex, or as a unit and how often it is repeated.</summary>
    public static string ReadText(JsonElement line)
    {
        if (line.TryGetProperty("text", out JsonElement text))
        {
            return text.GetString()!;
        }

        if (line.TryGetProperty("repeat", out JsonElement repeat))
        {
            return string.Concat(Enumerable.Repeat(repeat[0].GetString()!, repeat[1].GetInt32()));
        }

        return string.Concat(line.GetProperty("utf16").GetString()!.Split(' ').Select(unit => (char)Convert.ToUInt16(unit, 16)));
    }

    /// <summary>Encodes one text without special tokens and without a limit.</summary>
    public static int[] Encode(Tokenizer tokenizer, string text)
    {
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, int.MaxValue, buffer);
        return buffer.Ids.ToArray();
    }

    /// <summary>Encodes one text with its special tokens and without a limit.</summary>
    public static int[] EncodeSingle(Tokenizer tokenizer, string text)
    {
        int[] tokens = Encode(tokenizer, text);
        long[] ids = new long[tokens.Length + tokenizer.Single.SpecialTokenCount];
        int length = tokenizer.Single.Write(tokens, [], ids, new long[ids.Length]);
        Assert.Equal(ids.Length, length);
        return [.. ids.Select(id => checked((int)id))];
    }

    public static Tokenizer ReadJson(string json) => TokenizerFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "tokenizer.json");

    /// <summary>Reads a component from JSON, or from the tokenizer.json of a family.</summary>
    public static ComponentJson ReadComponent(string jsonOrFamily, string kind)
    {
        using var document = JsonDocument.Parse(jsonOrFamily.StartsWith('{') ? $$"""{ "{{kind}}": {{jsonOrFamily}} }""" : ReadFile(jsonOrFamily));
        return new ComponentJson(new TokenizerSource("tokenizer.json"), kind, document.RootElement.GetProperty(kind).Clone());
    }

    /// <summary>Gives the pre-tokens of a text.</summary>
    public static List<string> Split(PreTokenizer preTokenizer, string text)
    {
        var pieces = new PieceList();
        TokenizerScratch scratch = TokenizerScratch.Rent();
        Assert.True(preTokenizer.Split(text, isStart: true, pieces, scratch));
        TokenizerScratch.Return(scratch);
        return pieces.Pieces;
    }

    public static string Normalize(Normalizer normalizer, string text) => Render((buffer, scratch) => normalizer.Normalize(text, buffer, scratch));

    public static string Render(Action<CharBuffer, TokenizerScratch> write)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        CharBuffer buffer = scratch.RentBuffer();
        write(buffer, scratch);
        string normalized = buffer.Span.ToString();
        scratch.ReturnBuffer(buffer);
        TokenizerScratch.Return(scratch);
        return normalized;
    }

    /// <summary>Gives the tokenizer.json of a family.</summary>
    public static string ReadFile(string family)
    {
        const string Metaspace = "/metaspace";
        if (family == "bert")
        {
            return File.ReadAllText(BundledPath);
        }

        using var reader = new StreamReader(Unzip($"{family.Replace(Metaspace, "", StringComparison.Ordinal)}/tokenizer.json.gz"));
        string text = reader.ReadToEnd();
        if (!family.EndsWith(Metaspace, StringComparison.Ordinal))
        {
            return text;
        }

        // The layout of bge-reranker-v2-m3 around the same vocabulary.
        JsonNode json = JsonNode.Parse(text)!;
        JsonNode precompiled = json["normalizer"]!;
        json["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["normalizers"] = new JsonArray(
                precompiled.DeepClone(),
                JsonNode.Parse("""{ "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " }""")),
        };
        json["pre_tokenizer"] = JsonNode.Parse("""{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true }""");
        return json.ToJsonString();
    }

    private static GZipStream Unzip(string name) => new(File.OpenRead(PathOf(name)), CompressionMode.Decompress);

    private static string[] ReadTorture()
    {
        JsonElement[] lines = [.. ReadLines("torture.jsonl.gz")];
        string[] texts = new string[lines.Length];
        foreach (JsonElement line in lines)
        {
            texts[line.GetProperty("id").GetInt32()] = ReadText(line);
        }

        return texts;
    }

    private sealed class PieceList : PreTokenSink
    {
        public List<string> Pieces { get; } = [];

        public override bool Accept(ReadOnlySpan<char> preToken, bool isStart)
        {
            if (!preToken.IsEmpty)
            {
                Pieces.Add(preToken.ToString());
            }

            return true;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using Reranking.Tokenizers;
using Reranking.Tokenizers.Tests;

namespace Reranking.Benchmarks;

/// <summary>MB of UTF-8 a second on one thread: this library beside that of Microsoft.ML.Tokenizers and the native build of the reference from npm.</summary>
internal static partial class TokenizerThroughput
{
    private const int Rounds = 15;
    private const int PassageCount = 300;

    // Long enough for the code to be optimized, which is decided by a clock.
    private static readonly TimeSpan MinTime = TimeSpan.FromSeconds(1.5);

    private static readonly string[] Families = ["bert", "roberta", "modernbert", "qwen3", "deberta-v3", "xlm-roberta"];

    public static async Task WriteAsync(TextWriter output)
    {
        (_, string[] passages, string source) = BenchmarkData.Passages(PassageCount);
        string document = string.Join('\n', passages);
        double megabytes = Encoding.UTF8.GetByteCount(document) / 1e6;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"MB/s on one thread, ids of {passages.Length} {source} ({megabytes:0.00} MB), one by one and as one text; best of {Rounds} rounds or more; ")
            + $"{Machine.Describe()}; commit {await Machine.CommitAsync()}");
        await output.WriteLineAsync();
        const string Columns = " ours | with offsets | Microsoft.ML.Tokenizers | npm `tokenizers` |";
        await output.WriteLineAsync($"| family | passages:{Columns} one text:{Columns}");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|---|");
        using ReferenceProcess? node = ReferenceProcess.TryStart(out string reason);
        if (node is null)
        {
            await output.WriteLineAsync(reason);
        }

        foreach (string family in Families)
        {
            string json = ReadFile(family);
            using var file = new MemoryStream(Encoding.UTF8.GetBytes(json));
            HuggingFaceTokenizer ours = HuggingFaceTokenizer.Load(file);
            Tokenizer library = CreateLibrary(family, json);
            node?.Load(json);
            var row = new StringBuilder($"| {family} |");
            foreach (string[] texts in (string[][])[passages, [document]])
            {
                Append(row, megabytes, () => EncodeAll(ours, texts));
                Append(row, megabytes, () => EncodeAllToTokens(ours, texts));
                Append(row, megabytes, () => EncodeAll(library, texts));
                row.Append(CultureInfo.InvariantCulture, $" {(node is null ? "" : Format(megabytes / Time(node, texts).TotalSeconds))} |");
            }

            await output.WriteLineAsync(row.ToString());
        }
    }

    private static void Append(StringBuilder row, double megabytes, Action encode) =>
        row.Append(CultureInfo.InvariantCulture, $" {Format(megabytes / Least(encode).TotalSeconds)} |");

    private static string Format(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    private static TimeSpan Least(Action encode)
    {
        TimeSpan least = TimeSpan.MaxValue;
        long first = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds || Stopwatch.GetElapsedTime(first) < MinTime; round++)
        {
            long start = Stopwatch.GetTimestamp();
            encode();
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            least = time < least ? time : least;
        }

        return least;
    }

    private static TimeSpan Time(ReferenceProcess node, string[] texts)
    {
        var request = new JsonObject { ["time"] = new JsonArray([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]), ["repeat"] = Rounds };
        return TimeSpan.FromMilliseconds(node.Ask(request).GetProperty("milliseconds").GetDouble());
    }

    private static void EncodeAll(Tokenizer tokenizer, string[] texts)
    {
        foreach (string text in texts)
        {
            tokenizer.EncodeToIds(text);
        }
    }

    private static void EncodeAllToTokens(Tokenizer tokenizer, string[] texts)
    {
        foreach (string text in texts)
        {
            tokenizer.EncodeToTokens(text, out _);
        }
    }

    // From the same tokenizer.json, which the library does not read.
    private static Tokenizer CreateLibrary(string family, string json)
    {
        JsonNode model = JsonNode.Parse(json)!["model"]!;
        if (family == "bert")
        {
            IEnumerable<string> tokens = model["vocab"]!.AsObject().OrderBy(token => token.Value!.GetValue<int>()).Select(token => token.Key);
            return BertTokenizer.Create(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', tokens))));
        }

        if (model["type"]!.GetValue<string>() == "Unigram")
        {
            using MemoryStream file = SentencePieceFile.Write(model, JsonNode.Parse(json)!["normalizer"]!);
            return SentencePieceTokenizer.Create(file, addBeginningOfSentence: false, addEndOfSentence: false);
        }

        IEnumerable<KeyValuePair<string, int>> vocabulary = model["vocab"]!.AsObject()
            .Select(token => KeyValuePair.Create(token.Key, token.Value!.GetValue<int>()));
        IEnumerable<string> merges = model["merges"]!.AsArray()
            .Select(merge => merge!.GetValueKind() == JsonValueKind.String ? merge.GetValue<string>() : $"{merge[0]} {merge[1]}");
        return BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = [.. merges],
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(family == "qwen3" ? Qwen2() : Gpt2(), specialTokens: null),
        });
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2();

    [GeneratedRegex(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    private static partial Regex Qwen2();

    private static string ReadFile(string family)
    {
        if (family == "bert")
        {
            return File.ReadAllText(Path.Combine(BenchmarkData.ModelFolder, "tokenizer.json"));
        }

        string path = Path.Combine(AppContext.BaseDirectory, "tokenizers", family, "tokenizer.json.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}

/// <summary>Writes a vocabulary of Unigram as the model file of SentencePiece, a message of protobuf.</summary>
internal static class SentencePieceFile
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;

    public static MemoryStream Write(JsonNode model, JsonNode normalizer)
    {
        var file = new MemoryStream();
        int unknown = model["unk_id"]!.GetValue<int>();
        JsonArray vocabulary = model["vocab"]!.AsArray();
        for (int id = 0; id < vocabulary.Count; id++)
        {
            var piece = new MemoryStream();
            WriteBytes(piece, 1, Encoding.UTF8.GetBytes(vocabulary[id]![0]!.GetValue<string>()));
            piece.WriteByte((2 << 3) | 5);
            piece.Write(BitConverter.GetBytes((float)vocabulary[id]![1]!.GetValue<double>()));
            WriteNumber(piece, 3, id == unknown ? Unknown : id < unknown ? Control : Normal);
            WriteBytes(file, 1, piece.ToArray());
        }

        var trainer = new MemoryStream();
        WriteNumber(trainer, 3, 1);   // Unigram
        WriteNumber(trainer, 40, unknown);
        WriteNumber(trainer, 41, 0);
        WriteNumber(trainer, 42, 2);
        WriteNumber(trainer, 43, 1);
        WriteBytes(file, 2, trainer.ToArray());

        var spec = new MemoryStream();
        JsonNode precompiled = normalizer["normalizers"]?.AsArray().First(one => one!["precompiled_charsmap"] is not null)! ?? normalizer;
        WriteBytes(spec, 2, Convert.FromBase64String(precompiled["precompiled_charsmap"]!.GetValue<string>()));
        WriteNumber(spec, 3, 1);   // a space before the text
        WriteNumber(spec, 4, 1);   // one of several spaces
        WriteNumber(spec, 5, 1);
        WriteBytes(file, 3, spec.ToArray());
        file.Position = 0;
        return file;
    }

    private static void WriteNumber(MemoryStream message, int field, int value)
    {
        WriteVarint(message, field << 3);
        WriteVarint(message, value);
    }

    private static void WriteBytes(MemoryStream message, int field, byte[] bytes)
    {
        WriteVarint(message, (field << 3) | 2);
        WriteVarint(message, bytes.Length);
        message.Write(bytes);
    }

    private static void WriteVarint(MemoryStream message, int value)
    {
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            message.WriteByte((byte)(rest | 0x80));
        }

        message.WriteByte((byte)rest);
    }
}

using System.IO.Compression;
using System.Text.Json;
using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>The model folders that tests use: the bundled cross-encoder, the bi-encoder of the sample, and tiny ones with golden logits.</summary>
internal static class TestModels
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Data");

    public static string Bundled { get; } = Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8");

    public static string BiEncoder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "bge-small-en-v1.5-int8");

    /// <summary>Unpacks a tiny model into a folder of its own, which the test may spoil.</summary>
    /// <param name="model">The file below Data/models, without .onnx.gz, as <c>bert/model</c>.</param>
    public static TemporaryFolder Unpack(string model = "bert/model")
    {
        var folder = new TemporaryFolder();
        string source = Path.Combine(Data, "models", model + ".onnx.gz");
        using (var unzipped = new GZipStream(File.OpenRead(source), CompressionMode.Decompress))
        using (FileStream target = File.Create(folder.File("model.onnx")))
        {
            unzipped.CopyTo(target);
        }

        string config = Path.Combine(Path.GetDirectoryName(source)!, "config.json");
        File.Copy(File.Exists(config) ? config : Path.Combine(Data, "models", "bert", "config.json"), folder.File("config.json"));
        UnpackTokenizer(model.Split('/')[0], folder.File("tokenizer.json"));
        return folder;
    }

    /// <summary>Lays a tiny modular cross-encoder out as a repository has it: the graph in onnx, the modules beside it.</summary>
    public static TemporaryFolder UnpackModular(string model)
    {
        var folder = new TemporaryFolder();
        string source = Path.Combine(Data, "models", model);
        foreach (string file in Directory
            .EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Where(static file => !file.EndsWith(".gz", StringComparison.Ordinal)))
        {
            string target = folder.File(Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        Directory.CreateDirectory(folder.File("onnx"));
        using (var unzipped = new GZipStream(File.OpenRead(Path.Combine(Data, "models", "modernbert-modular", "model.onnx.gz")), CompressionMode.Decompress))
        using (FileStream target = File.Create(folder.File("onnx/model.onnx")))
        {
            unzipped.CopyTo(target);
        }

        UnpackTokenizer("modernbert", folder.File("tokenizer.json"));
        return folder;
    }

    private static void UnpackTokenizer(string model, string target)
    {
        string family = model.StartsWith("qwen3", StringComparison.Ordinal) || model.StartsWith("mxbai", StringComparison.Ordinal) ? "qwen3" : model;
        string source = Path.Combine(Data, "tokenizers", family, "tokenizer.json.gz");
        if (!File.Exists(source))
        {
            File.Copy(Path.Combine(Bundled, "tokenizer.json"), target);   // all those of BERT
            return;
        }

        using var unzipped = new GZipStream(File.OpenRead(source), CompressionMode.Decompress);
        using FileStream file = File.Create(target);
        unzipped.CopyTo(file);
    }

    /// <summary>Reads the golden lines of a family, one a fixture pair.</summary>
    public static IReadOnlyList<JsonElement> ReadGolden(string family) => [.. ReadLines(Path.Combine(Data, "models", family, "golden.jsonl.gz"))];

    public static CrossEncoder LoadEncoder(string path, Action<OnnxScorerOptions>? configure = null)
    {
        OnnxScorerOptions options = new() { ModelPath = path };
        configure?.Invoke(options);
        return CrossEncoder.LoadAsync(ModelFolder.Open(path, options), options).GetAwaiter().GetResult();
    }

    public static IReadOnlyList<(string Query, string Document)> FixturePairs { get; } =
        [.. ReadLines(Path.Combine(Data, "models", "pairs.jsonl.gz"))
            .Select(line => (line.GetProperty("query").GetString()!, line.GetProperty("document").GetString()!))];

    public static IReadOnlyList<(int Tokens, double Logit)> FixtureGolden { get; } =
        [.. ReadLines(Path.Combine(Data, "models", "bert", "golden.jsonl"))
            .Select(line => (line.GetProperty("tokens").GetInt32(), line.GetProperty("logits")[0].GetDouble()))];

    public static IReadOnlyList<(string Kind, string Text, float[] Embedding)> GoldenEmbeddings { get; } =
        [.. ReadLines(Path.Combine(Data, "embeddings", "bge-small-golden.jsonl.gz")).Select(line => (
            line.GetProperty("kind").GetString()!,
            line.GetProperty("text").GetString()!,
            line.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray()))];

    public static IEnumerable<JsonElement> ReadLines(string path)
    {
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress)
            : File.OpenRead(path);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonDocument.Parse(line).RootElement;
            }
        }
    }
}

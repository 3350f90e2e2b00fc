using System.IO.Compression;
using System.Text.Json;
using Reranking.Onnx;
using Reranking.Onnx.Scoring;

namespace Reranking.Benchmarks;

/// <summary>What is scored: TREC DL19 where it is present, the help center of the sample elsewhere.</summary>
public static class BenchmarkData
{
    internal static Task<CrossEncoder> LoadAsync()
    {
        var options = new OnnxScorerOptions();
        return CrossEncoder.LoadAsync(Reranking.Onnx.Models.ModelFolder.Open(ModelFolder, options), options);
    }

    public static string ModelFolder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8");

    /// <summary>Gives a query and a number of documents of everyday length, about 90 tokens with the query.</summary>
    public static (string Query, string[] Documents, string Source) Passages(int count) =>
        SharedData.Dl19 is { } dl19 ? ReadDl19(dl19, count) : ReadHelpCenter(count);

    /// <summary>Gives a number of documents that fill the model's input of 512 tokens.</summary>
    public static string[] LongDocuments(int count)
    {
        string text = string.Join(' ', Enumerable.Repeat(string.Join(' ', ReadHelpCenter(10).Documents), 2));
        return [.. Enumerable.Range(0, count).Select(i => $"{i} {text}")];
    }

    private static (string Query, string[] Documents, string Source) ReadDl19(string path, int count)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        using JsonDocument line = JsonDocument.Parse(reader.ReadLine()!);
        string[] documents = [.. line.RootElement.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("text").GetString()!)];
        return (line.RootElement.GetProperty("query").GetString()!, Repeat(documents, count), "TREC DL19 passages");
    }

    private static (string Query, string[] Documents, string Source) ReadHelpCenter(int count)
    {
        string[] sections =
        [
            .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "knowledge"), "*.md")
                .Order(StringComparer.Ordinal)
                .SelectMany(file => File.ReadAllText(file).Split("\n## ").Skip(1)),
        ];
        return ("How do I reset my password?", Repeat(sections, count), "help-center passages");
    }

    private static string[] Repeat(string[] documents, int count) => [.. Enumerable.Range(0, count).Select(i => documents[i % documents.Length])];
}

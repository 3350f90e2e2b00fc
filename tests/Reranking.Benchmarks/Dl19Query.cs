using System.IO.Compression;
using System.Text.Json;

namespace Reranking.Benchmarks;

/// <summary>A query of TREC DL19 with its first 100 candidates.</summary>
/// <param name="Text">The query.</param>
/// <param name="Documents">The candidates, in the order of BM25.</param>
/// <param name="Grades">How relevant each is.</param>
/// <param name="IdealGrades">The grades of all judged passages, the highest first.</param>
internal sealed record Dl19Query(string Text, string[] Documents, int[] Grades, int[] IdealGrades)
{
    public static IEnumerable<Dl19Query> ReadAll(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement[] candidates = [.. json.RootElement.GetProperty("candidates").EnumerateArray()];
            JsonElement qrels = json.RootElement.GetProperty("qrels");
            yield return new Dl19Query(
                json.RootElement.GetProperty("query").GetString()!,
                [.. candidates.Select(candidate => candidate.GetProperty("text").GetString()!)],
                [.. candidates.Select(
                    candidate => qrels.TryGetProperty(candidate.GetProperty("docid").GetString()!, out JsonElement grade) ? grade.GetInt32() : 0)],
                [.. qrels.EnumerateObject().Select(judged => judged.Value.GetInt32()).OrderDescending()]);
        }
    }

    /// <summary>NDCG@10 of a ranking: gain = grade, discount = log2, ideal over all judged passages.</summary>
    public double Ndcg10(IEnumerable<int> ranking) => Dcg(ranking.Select(i => Grades[i])) / Dcg(IdealGrades);

    private static double Dcg(IEnumerable<int> grades) => grades.Take(10).Select((grade, rank) => grade / Math.Log2(rank + 2)).Sum();
}

using System.Text.Json;

namespace Reranking.Onnx.Tests;

/// <summary>
/// TREC DL19: 43 queries with 100 BM25 candidates each. Its passages may not be part of the repository, so the tests that need them are skipped where
/// they are absent.
/// </summary>
internal static class Dl19
{
    private static readonly string? GoldenFile = SharedData.Find("models", "ms-marco-MiniLM-L-12-v2-int8", "golden-dl19.jsonl.gz");

    public static string SkipReason => SharedData.NoDl19;

    public static bool IsPresent => SharedData.Dl19 is not null && GoldenFile is not null;

    public static IReadOnlyList<Query> ReadQueries() =>
        [.. TestModels.ReadLines(SharedData.Dl19!).Select(line => new Query(
            line.GetProperty("query").GetString()!,
            [.. line.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("text").GetString()!)],
            [.. line.GetProperty("candidates").EnumerateArray().Select(candidate => Grade(line, candidate.GetProperty("docid").GetString()!))],
            [.. line.GetProperty("qrels").EnumerateObject().Select(judged => judged.Value.GetInt32()).OrderDescending()]))];

    public static IReadOnlyList<Golden> ReadGolden() =>
        [.. TestModels.ReadLines(GoldenFile!).Select(line => new Golden(
            line.GetProperty("ids_sha256").GetString()!,
            [.. line.GetProperty("tokens").EnumerateArray().Select(number => number.GetInt32())],
            [.. line.GetProperty("int8").EnumerateArray().Select(number => number.GetDouble())],
            [.. line.GetProperty("fp32").EnumerateArray().Select(number => number.GetDouble())]))];

    /// <summary>NDCG@10 of a ranking: gain = grade, discount = log2, ideal over all judged passages.</summary>
    public static double Ndcg10(Query query, IEnumerable<int> ranking) => Dcg(ranking.Select(i => query.Grades[i])) / Dcg(query.IdealGrades);

    private static double Dcg(IEnumerable<int> grades) => grades.Take(10).Select((grade, rank) => grade / Math.Log2(rank + 2)).Sum();

    private static int Grade(JsonElement line, string document) =>
        line.GetProperty("qrels").TryGetProperty(document, out JsonElement grade) ? grade.GetInt32() : 0;

    internal sealed record Query(string Text, string[] Documents, int[] Grades, int[] IdealGrades);

    internal sealed record Golden(string IdsSha256, int[] Tokens, double[] Int8, double[] Fp32);
}

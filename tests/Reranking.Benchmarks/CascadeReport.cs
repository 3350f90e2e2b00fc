using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>
/// Measures the cascade on TREC DL19: the student on 100 candidates and the teacher on the best of them, beside the teacher on all 100, in one run.
/// </summary>
internal static class CascadeReport
{
    private const int Keep = 40;

    public static async Task WriteAsync(TextWriter output)
    {
        if (SharedData.Dl19 is not { } path)
        {
            await output.WriteLineAsync("TREC DL19 is not here: its MS MARCO passages are for research only and not part of the repository.");
            return;
        }

        Dl19Query[] queries = [.. Dl19Query.ReadAll(path)];
        using var teacher = new OnnxRelevanceScorer();
        using var student = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = "models/minilm-l4-screening-int8" });
        using var cascade = new CascadeRelevanceScorer([new CascadeStage("student", student, Keep), new CascadeStage("teacher", teacher)]);
        (string Name, IRelevanceScorer Scorer, TimeSpan Time, double Ndcg)[] rows =
        [
            ("student on 100", student, default, 0),
            ("teacher on 100", teacher, default, 0),
            ($"student on 100, teacher on the best {Keep}", cascade, default, 0),
        ];
        foreach ((_, IRelevanceScorer scorer, _, _) in rows)
        {
            await new Reranker(scorer, new RerankingOptions { CandidateCount = 100 }).RerankAsync(queries[0].Text, queries[0].Documents);
        }

        foreach (Dl19Query query in queries)
        {
            for (int i = 0; i < rows.Length; i++)   // in turns, so that whatever else the machine does meets them all
            {
                var reranker = new Reranker(
                    rows[i].Scorer,
                    new RerankingOptions { CandidateCount = 100, TopN = 10, Timeout = Timeout.InfiniteTimeSpan, OnFailure = RerankingFailureMode.Throw });
                long start = Stopwatch.GetTimestamp();
                RerankingResult<string> result = await reranker.RerankAsync(query.Text, query.Documents);
                rows[i].Time += Stopwatch.GetElapsedTime(start);
                rows[i].Ndcg += query.Ndcg10(result.Ranking.Select(ranked => ranked.Index)) / queries.Length;
            }
        }

        await output.WriteLineAsync(
            Invariant($"TREC DL19, {queries.Length} queries of 100 BM25 candidates; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| | NDCG@10 | ms a query | times the teacher |");
        await output.WriteLineAsync("|---|---|---|---|");
        foreach ((string name, _, TimeSpan time, double ndcg) in rows)
        {
            await output.WriteLineAsync(Invariant($"| {name} | {ndcg:0.0000} | {time.TotalMilliseconds / queries.Length:0} | {time / rows[1].Time:0.00} |"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

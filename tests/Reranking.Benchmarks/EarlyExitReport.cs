using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>
/// Measures early exit on TREC DL19 beside the full pass of the same model, in turns: time, NDCG@10, and whether who stays has the same score.
/// </summary>
internal static class EarlyExitReport
{
    private const int Callers = 16;
    private const int CallsPerCaller = 3;

    private static readonly int[] Counts = [100, 50, 20];

    /// <param name="output">Where the tables go.</param>
    /// <param name="plans">The plans, as <c>On</c> or <c>2:60 5:25</c>; <c>On</c> and a more careful one if there are none.</param>
    /// <param name="queryCount">How many queries are read at most.</param>
    public static async Task WriteAsync(TextWriter output, string[] plans, int queryCount = int.MaxValue)
    {
        if (SharedData.Dl19 is not { } path)
        {
            await output.WriteLineAsync("TREC DL19 is not here: its MS MARCO passages are for research only and not part of the repository.");
            return;
        }

        Dl19Query[] queries = [.. Dl19Query.ReadAll(path).Take(queryCount)];
        string[] settings = ["Off", .. plans.Length == 0 ? ["On", "5:25"] : plans];
        OnnxRelevanceScorer[] scorers = [.. settings.Select(setting => new OnnxRelevanceScorer(new OnnxScorerOptions { EarlyExit = setting }))];
        try
        {
            foreach (OnnxRelevanceScorer scorer in scorers)
            {
                await RerankAsync(scorer, queries[0], 100);
            }

            await output.WriteLineAsync(Invariant(
                $"TREC DL19, {queries.Length} queries of BM25 candidates, the best 10 wanted; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
            await output.WriteLineAsync("The passages of DL19 were among the texts that the bundled probes were fitted to; its judgments were not.");
            await output.WriteLineAsync();
            await output.WriteLineAsync("| candidates | early exit | NDCG@10 | ms a query | times the full pass | left early | other scores |");
            await output.WriteLineAsync("|---|---|---|---|---|---|---|");
            foreach (int count in Counts)
            {
                await WriteRowsAsync(output, queries, count, settings, scorers);
            }

            await output.WriteLineAsync();
            await output.WriteLineAsync(Invariant($"| {Callers} callers at once, 50 candidates | p50, ms | p99, ms |"));
            await output.WriteLineAsync("|---|---|---|");
            var times = new List<double>[scorers.Length];
            for (int round = 0; round < 2; round++)
            {
                for (int i = 0; i < scorers.Length; i++)
                {
                    (times[i] ??= []).AddRange(await CallTogetherAsync(scorers[i], queries));
                }
            }

            for (int i = 0; i < scorers.Length; i++)
            {
                double[] sorted = [.. times[i].Order()];
                await output.WriteLineAsync(Invariant($"| {settings[i]} | {Percentile.Of(sorted, 0.5):0} | {Percentile.Of(sorted, 0.99):0} |"));
            }
        }
        finally
        {
            Array.ForEach(scorers, static scorer => scorer.Dispose());
        }
    }

    private static async Task WriteRowsAsync(TextWriter output, Dl19Query[] queries, int count, string[] settings, OnnxRelevanceScorer[] scorers)
    {
        var time = new TimeSpan[scorers.Length];
        double[] ndcg = new double[scorers.Length];
        int[] left = new int[scorers.Length];
        int[] different = new int[scorers.Length];
        foreach (Dl19Query query in queries)
        {
            RerankingResult<string>? full = null;
            for (int i = 0; i < scorers.Length; i++)   // in turns, so that whatever else the machine does meets them all
            {
                long start = Stopwatch.GetTimestamp();
                RerankingResult<string> result = await RerankAsync(scorers[i], query, count);
                time[i] += Stopwatch.GetElapsedTime(start);
                ndcg[i] += query.Ndcg10(result.Ranking.Select(ranked => ranked.Index)) / queries.Length;
                left[i] += result.EstimatedCount;
                full ??= await RerankAsync(scorers[0], query, count, topN: count);
                var scores = full.Ranking.ToDictionary(ranked => ranked.Index, ranked => ranked.Relevance!.Value.RawValue);
                different[i] += result.Ranking.Count(ranked => ranked.Relevance is { IsEstimate: false } score && score.RawValue != scores[ranked.Index]);
            }
        }

        for (int i = 0; i < scorers.Length; i++)
        {
            double milliseconds = time[i].TotalMilliseconds / queries.Length;
            double leftCount = (double)left[i] / queries.Length;
            await output.WriteLineAsync(Invariant(
                $"| {count} | {settings[i]} | {ndcg[i]:0.0000} | {milliseconds:0} | {time[i] / time[0]:0.000} | {leftCount:0.0} | {different[i]} |"));
        }
    }

    private static async Task<IEnumerable<double>> CallTogetherAsync(OnnxRelevanceScorer scorer, Dl19Query[] queries)
    {
        double[][] times = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            double[] mine = new double[CallsPerCaller];
            for (int call = 0; call < mine.Length; call++)
            {
                long start = Stopwatch.GetTimestamp();
                await RerankAsync(scorer, queries[((caller * CallsPerCaller) + call) % queries.Length], 50);
                mine[call] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            return mine;
        })));
        return times.SelectMany(static mine => mine);
    }

    private static Task<RerankingResult<string>> RerankAsync(OnnxRelevanceScorer scorer, Dl19Query query, int count, int topN = 10) =>
        new Reranker(
            scorer,
            new RerankingOptions { CandidateCount = count, TopN = topN, Timeout = Timeout.InfiniteTimeSpan, OnFailure = RerankingFailureMode.Throw })
            .RerankAsync(query.Text, [.. query.Documents.Take(count)]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

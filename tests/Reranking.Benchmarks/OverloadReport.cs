using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Reranking.Onnx;
using Reranking.Tool.Tests.Support;

namespace Reranking.Benchmarks;

/// <summary>
/// What <c>rerank serve</c> does when four times as much is asked as it can do: requests arrive by themselves, whatever becomes of those before them, over
/// 64 connections, and its queue holds about a quarter of what that many could have in it. One address may have 60% of that.
/// </summary>
internal static class OverloadReport
{
    private const int Connections = 64;
    private const int Factor = 4;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static async Task WriteAsync(TextWriter output, TimeSpan duration)
    {
        await output.WriteLineAsync(Invariant(
            $"{Factor} x what the engine does, over {Connections} connections, {duration.TotalSeconds:0} s after {WarmUp.TotalSeconds:0} s of the same; ")
            + Invariant($"{Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync(
            "| documents | asked, requests a second | answered | refused | other | p50, s | p99, s | what the queue holds, s | p99 / that | MB more |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|---|---|");
        using var engine = new OnnxRelevanceScorer();
        foreach (int count in (int[])[20, 100])
        {
            string[] documents = ServeReport.Passages[..count];
            (double capacity, long tokens) = await MeasureAsync(engine, documents);

            // As many as 17 requests really have; the queue goes by an estimate, which is exact after a few equal requests.
            long maxTokens = tokens * 17 * Connections / Factor / 16;
            await using ServerProcess server = await ServerProcess.StartAsync(
                new Dictionary<string, string> { ["RerankingServer__MaxQueuedTokens"] = maxTokens.ToString(CultureInfo.InvariantCulture) });
            await RunAsync(server.Client, documents, capacity * Factor, WarmUp);
            long before = server.WorkingSet;
            ConcurrentBag<Answer> answers = await RunAsync(server.Client, documents, capacity * Factor, duration);
            long growth = server.WorkingSet - before;

            double[] times = [.. answers.Where(static answer => answer.Status == HttpStatusCode.OK).Select(static answer => answer.Time.TotalSeconds).Order()];
            int refused = answers.Count(static answer => answer.Status == HttpStatusCode.TooManyRequests);
            double elapsed = answers.Max(static answer => answer.End).TotalSeconds;
            double bound = maxTokens * elapsed / (tokens * times.Length);   // it was busy throughout
            double p50 = Percentile.Of(times, 0.5);
            double p99 = Percentile.Of(times, 0.99);
            await output.WriteLineAsync(Invariant(
                $"| {count} | {capacity * Factor:0.0} | {times.Length} | {refused} | {answers.Count - times.Length - refused} | {p50:0.00} | {p99:0.00} | ")
                + Invariant($"{bound:0.00} | {p99 / bound:0.00} | {growth / 1e6:0} |"));
        }
    }

    // Requests a second that the engine can do, and the tokens of one.
    private static async Task<(double Capacity, long Tokens)> MeasureAsync(OnnxRelevanceScorer engine, string[] documents)
    {
        RelevanceScores scores = await engine.ScoreAsync(ServeReport.Query, documents);
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
        {
            await engine.ScoreAsync(ServeReport.Query, documents);
            calls++;
        }

        return (calls / Stopwatch.GetElapsedTime(start).TotalSeconds, scores.Sum(static score => (long)score.TokenCount!));
    }

    private static async Task<ConcurrentBag<Answer>> RunAsync(HttpClient client, string[] documents, double rate, TimeSpan duration)
    {
        ConcurrentBag<Answer> answers = [];
        var random = new Random(20260101);
        var due = TimeSpan.Zero;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            while (Next() is { } at && at < duration)
            {
                if (at - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait);
                }

                TimeSpan sent = Stopwatch.GetElapsedTime(start);
                using HttpResponseMessage response = await client.PostAsJsonAsync("v2/rerank", new { query = ServeReport.Query, documents });
                await response.Content.ReadAsByteArrayAsync();
                TimeSpan end = Stopwatch.GetElapsedTime(start);
                answers.Add(new Answer(response.StatusCode, end - sent, end));
            }
        })));
        return answers;

        // As often as it is asked, on average, and by chance, as people do.
        TimeSpan Next()
        {
            lock (random)
            {
                return due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / rate);
            }
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Answer(HttpStatusCode Status, TimeSpan Time, TimeSpan End);
}

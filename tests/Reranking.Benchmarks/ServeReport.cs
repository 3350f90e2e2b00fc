using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Reranking.Onnx;
using Reranking.Tool.Tests.Support;

namespace Reranking.Benchmarks;

/// <summary>What HTTP costs: pairs a second of <c>rerank serve</c> on loopback beside those of the engine in this process, in turns.</summary>
internal static class ServeReport
{
    public const string Query = "How do I reset my password?";

    // About 90 tokens, as a passage has.
    public static readonly string[] Passages = [.. Enumerable.Range(0, 100).Select(static i => string.Join(' ', Enumerable.Range(0, 75).Select(word =>
        ((string[])["reset", "the", "password", "open", "page", "link", "mail", "sign", "office", "rule"])[(word + (i * 7)) % 10])))];

    // As many as fill the queue and still have their answer within the server's time limit on a slow machine.
    private static readonly (int Documents, int Connections)[] Loads = [(20, 64), (100, 12)];

    public static async Task WriteAsync(TextWriter output, TimeSpan duration, int rounds)
    {
        await output.WriteLineAsync(Invariant(
            $"{rounds} rounds of {duration.TotalSeconds:0} s in turns; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        using var engine = new OnnxRelevanceScorer();
        await engine.ScoreAsync(Query, Passages[..4]);
        await using ServerProcess server = await ServerProcess.StartAsync();
        await output.WriteLineAsync(Invariant($"idle and warm: {server.WorkingSet / 1e6:0} MB"));
        await output.WriteLineAsync(
            "| documents | callers | engine, pairs a second | server | server / engine | p50, ms | p99, ms |\n|---|---|---|---|---|---|---|");
        foreach ((int count, int connections) in Loads)
        {
            string[] documents = Passages[..count];
            double inProcess = 0;
            double overHttp = 0;
            List<double> times = [];
            for (int round = 0; round < rounds; round++)
            {
                inProcess += await RunAsync(duration, count, connections, () => engine.ScoreAsync(Query, documents), null) / rounds;
                overHttp += await RunAsync(duration, count, connections, () => PostAsync(server.Client, documents), times) / rounds;
            }

            double[] sorted = [.. times.Order()];
            double p99 = Percentile.Of(sorted, 0.99);
            double p50 = Percentile.Of(sorted, 0.5);
            await output.WriteLineAsync(Invariant(
                $"| {count} | {connections} | {inProcess:0.0} | {overHttp:0.0} | {overHttp / inProcess:0.000} | {p50:0} | {p99:0} |"));
        }
    }

    private static async Task<double> RunAsync(TimeSpan duration, int count, int connections, Func<Task> call, List<double>? times)
    {
        long start = Stopwatch.GetTimestamp();
        int[] calls = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            int done = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                long began = Stopwatch.GetTimestamp();
                await call();
                done++;
                if (times is not null)
                {
                    lock (times)
                    {
                        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                }
            }

            return done;
        })));
        return calls.Sum() * (double)count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task PostAsync(HttpClient client, string[] documents)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync("v2/rerank", new { query = Query, documents });
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

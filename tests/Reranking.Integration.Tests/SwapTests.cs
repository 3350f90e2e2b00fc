using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

/// <summary>Runs alone: the memory that it bounds is that of the process, and other tests load models.</summary>
[Collection(MemoryMeasuring.Name)]
public sealed class SwapTests : IDisposable
{
    private const int Callers = 32;

    private static readonly string[] Documents = ["one", "a second one", "and the third of these documents"];

    private readonly TemporaryFolder _folder = new();

    public SwapTests() => App.UnpackTinyModel(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(150)]
    [InlineData(1_000, Explicit = true)]
    public async Task Swap_LocalAndHostedUnderConcurrentCallers_NeverFailsNorMixesNorLeaks(int swaps)
    {
        await using StubServer server = HostedStub.Start(keepsRequests: false);
        string scorers = $$"""
            "Scorers": {
              "local":  { "Provider": "Onnx", "ModelPath": {{JsonSerializer.Serialize(_folder.Path)}},
                          "ModelId": "tiny", "MinScore": 0.0001, "MinScoreModel": "tiny" },
              "cohere": { "Provider": "Cohere", "Endpoint": "{{server.Address}}", "Model": "{{HostedStub.Model}}",
                          "ApiKey": "key", "MinScore": 0.004, "MinScoreModel": "{{HostedStub.Model}}" }
            }
            """;
        string local = $$"""{ "Use": "local", {{scorers}} }""";
        string hosted = $$"""{ "Use": "cohere", {{scorers}} }""";
        string[] bad =
        [
            $$"""{ "Use": "lokal", {{scorers}} }""",
            $$"""{ "Use": "cohere", "TopN": 0, {{scorers}} }""",
            """{ "Scorers": { "local": { "Provider": "Onnx", "ModelPath": "models/missing" } } }""",
        ];
        List<WeakReference> made = [];
        await using var app = new App(local, builder => builder.Decorate((_, scorer) => scorer.Use(inner =>
        {
            lock (made)
            {
                made.Add(new WeakReference(inner));
            }

            return inner;
        })));
        double[] expected = [.. (await app.Reranker.RerankAsync("query", Documents)).Ranking
            .OrderBy(ranked => ranked.Index)
            .Select(ranked => ranked.Relevance!.Value.RawValue)];
        await app.ChangeAsync(hosted);
        await app.ChangeAsync(local);

        var running = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(app.Reranker, expected, stop.Token)))];
        long memory = 0;
        for (int i = 0; i < swaps; i++)
        {
            if (i % 50 == 25)
            {
                Assert.Equal("refused", await app.ChangeAsync(bad[i / 50 % bad.Length]));
            }

            Assert.Equal("swapped", await app.ChangeAsync(i % 2 == 0 ? hosted : local));
            if (i == swaps / 5)
            {
                memory = UsedMemory();
            }
        }

        await stop.CancelAsync();
        int calls = (await Task.WhenAll(callers)).Sum();
        long growth = UsedMemory() - memory;
        Assert.True(calls > swaps, $"Only {calls} calls.");

        // A session that stays takes about 5 MB, and there were at least 60 of them since the first measurement.
        Assert.True(growth < 100_000_000, $"The process grew by {growth / 1_000_000} MB.");

        // Connections are renewed after two minutes, however often the configuration changes meanwhile.
        double lifetimes = Math.Ceiling(running.Elapsed / TimeSpan.FromMinutes(2));
        Assert.True(server.Accepted <= Callers * (1 + lifetimes), $"{server.Accepted} connections for {Callers} callers in {running.Elapsed}.");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(made.Count(scorer => scorer.IsAlive), 0, 3);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{swaps} swaps, {calls} calls, {made.Count} scorers made, {server.Accepted} connections, {growth / 1_000_000} MB more.");
    }

    [Fact]
    public async Task Change_ModelStore_AsksForARestart()
    {
        string local = $$"""{ "Scorers": { "local": { "Provider": "Onnx", "ModelPath": {{JsonSerializer.Serialize(_folder.Path)}} } } }""";
        await using var app = new App(local);
        await app.Reranker.RerankAsync("query", Documents);
        FakeLogCollector logs = app.Services.GetRequiredService<FakeLogCollector>();

        app.Configuration.Change(local.Insert(1, """ "ModelStore": { "Offline": "true" }, """));
        while (logs.Count == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            "Reranking:ModelStore changed, but is read when the application starts. Restart the application to have the change take effect.",
            logs.LatestRecord.Message);
    }

    private static async Task<int> CallAsync(Reranker reranker, double[] local, CancellationToken stop)
    {
        int calls = 0;
        while (!stop.IsCancellationRequested)
        {
            RerankingResult<string> result = await reranker.RerankAsync("query", Documents, options: null, CancellationToken.None);
            Assert.True(result.Outcome == RerankingOutcome.Reranked, $"{result.Reason}: {result.Failure}");
            Assert.Empty(result.FailedAttempts);
            bool isLocal = result.ScorerName == "local";
            Assert.Equal(
                isLocal ? ("local", "tiny", 0.0001) : ("cohere", HostedStub.Model, 0.004), (result.ScorerName!, result.ModelId!, result.MinScore!.Value));
            Assert.Equal(result.ModelId, result.ScorerMetadata?.ModelId);
            foreach (RankedCandidate<string> ranked in result.Ranking)
            {
                Assert.Equal(isLocal ? local[ranked.Index] : HostedStub.Score(ranked.Candidate), ranked.Relevance!.Value.RawValue);
            }

            calls++;
            await Task.Delay(20, CancellationToken.None);   // a caller that never pauses would leave the swaps no processor
        }

        return calls;
    }

    private static long UsedMemory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }
}

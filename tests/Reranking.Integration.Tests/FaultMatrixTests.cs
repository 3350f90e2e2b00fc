using Microsoft.Extensions.Time.Testing;

namespace Reranking.Integration.Tests;

/// <summary>Every way to fail, in every mode: each call ends within its deadline, and no candidate is lost or doubled.</summary>
/// <remarks>The clock is a fake one that moves while sockets and scorers work, so "within the deadline" is a matter of that clock alone.</remarks>
public class FaultMatrixTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Modes = ["Fallback", "Throw", "chain"];
    private static readonly string[] Documents = [.. Enumerable.Range(1, 12).Select(i => $"document {new string('x', i)}")];

    private static readonly Dictionary<string, Func<TimeProvider, CancellationToken, Task<RelevanceScores>>> ScorerFaults = new()
    {
        ["slow"] = async (time, token) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), time, token);
            return Right();
        },
        ["throwing"] = (_, _) => throw new InvalidOperationException("It fails."),
        ["throwing later"] = async (time, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(0.1), time, token);
            throw new InvalidOperationException("It fails.");
        },
        ["too few scores"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right().Skip(1)])),
        ["too many scores"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right(), default])),
        ["no scores"] = (_, _) => Task.FromResult<RelevanceScores>(null!),
        ["not a number"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right().Skip(1), new RelevanceScore(0.5, double.NaN)])),
        ["hanging"] = (_, _) => new TaskCompletionSource<RelevanceScores>().Task,
        ["out of memory"] = (_, _) => throw new InsufficientMemoryException("No room for the tensor."),
        ["canceled by itself"] = (_, _) => throw new TaskCanceledException(),
    };

    private static readonly Dictionary<string, Func<StubRequest, StubAnswer>> ServerFaults = new()
    {
        ["cut"] = _ => StubAnswer.HangUp,
        ["cut in the body"] = _ => StubAnswer.Partial("""{ "results": [ """),
        ["429 storm"] = _ => StubAnswer.Of(429, """{ "message": "slow down" }""", "Retry-After: 1\r\n"),
        ["429 for an hour"] = _ => StubAnswer.Of(429, """{ "message": "slow down" }""", "Retry-After: 3600\r\n"),
        ["500"] = _ => StubAnswer.Of(500, """{ "message": "broken" }"""),
        ["401"] = _ => StubAnswer.Of(401, """{ "message": "no such key" }"""),
        ["silent"] = _ => StubAnswer.Silence,
        ["no JSON"] = _ => StubAnswer.Ok("<html>"),
        ["wrong indexes"] = _ => StubAnswer.Ok("""{ "results": [ { "index": 99, "relevance_score": 0.5 } ] }"""),
    };

    public static TheoryData<string, string> Cells => [.. ScorerFaults.Keys.Concat(ServerFaults.Keys).SelectMany(fault => Modes.Select(mode => (fault, mode)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task RerankAsync_Fault_EndsInTimeWithEveryCandidateOnce(string fault, string mode)
    {
        var time = new FakeTimeProvider();
        await using StubServer server = ServerFaults.TryGetValue(fault, out Func<StubRequest, StubAnswer>? answer) ? new StubServer(answer) : HostedStub.Start();
        await using App app = Create(server, fault, mode, time);
        for (int call = 0; call < 8; call++)   // more than it takes to open a circuit
        {
            long start = time.GetTimestamp();
            Task<RerankingResult<string>> reranking = app.Reranker.RerankAsync("query", Documents);
            await PassAsync(time, reranking);

            TimeSpan took = time.GetElapsedTime(start);
            Assert.True(took <= Deadline * 1.1, $"The call took {took}.");
            if (mode == "Throw")
            {
                Assert.True(reranking.IsFaulted, $"{reranking.Status}");
                Assert.DoesNotContain(Documents, document => reranking.Exception!.ToString().Contains(document, StringComparison.Ordinal));
                continue;
            }

            RerankingResult<string> result = await reranking;
            Assert.Equal(Enumerable.Range(0, Documents.Length), result.Ranking.Select(ranked => ranked.Index).Order());
            if (mode == "chain")
            {
                Assert.Equal((RerankingOutcome.Reranked, "good"), (result.Outcome, result.ScorerName));
                Assert.Equal("bad", Assert.Single(result.FailedAttempts).ScorerName);
                Assert.Equal(Documents.Reverse(), result.Ranking.Select(ranked => ranked.Candidate));
            }
            else
            {
                Assert.Equal(RerankingOutcome.FellBack, result.Outcome);
                Assert.Equal(Documents, result.Ranking.Select(ranked => ranked.Candidate));
            }
        }
    }

    [Fact]
    public async Task RerankAsync_CircuitHalfOpen_OneCallProbesAndTheOthersAreServed()
    {
        var time = new FakeTimeProvider();
        bool isBroken = true;
        await using StubServer server = new(request => isBroken ? StubAnswer.Of(401, "{}") : HostedStub.Answer(request));
        await using App app = Create(server, "401", "chain", time);
        for (int call = 0; call < 6; call++)
        {
            await PassAsync(time, app.Reranker.RerankAsync("query", Documents));
        }

        RerankingResult<string> open = await app.Reranker.RerankAsync("query", Documents);
        Assert.Equal(ScoringAttemptReason.CircuitOpen, Assert.Single(open.FailedAttempts).Reason);
        isBroken = false;
        time.Advance(TimeSpan.FromSeconds(31));
        Task<RerankingResult<string>>[] calls = [.. Enumerable.Range(0, 16).Select(_ => app.Reranker.RerankAsync("query", Documents))];
        foreach (Task<RerankingResult<string>> call in calls)
        {
            await PassAsync(time, call);
        }

        RerankingResult<string>[] results = await Task.WhenAll(calls);
        Assert.All(results, result => Assert.Equal((RerankingOutcome.Reranked, 12), (result.Outcome, result.Ranking.Count)));
        Assert.Equal("bad", (await app.Reranker.RerankAsync("query", Documents)).ScorerName);
    }

    private static RelevanceScores Right() => new([.. Documents.Select(document => new RelevanceScore(HostedStub.Score(document), HostedStub.Score(document)))]);

    private static App Create(StubServer server, string fault, string mode, FakeTimeProvider time)
    {
        bool isServer = ServerFaults.ContainsKey(fault);
        string bad = isServer
            ? $$"""{ "Provider": "Cohere", "Endpoint": "{{server.Address}}", "Model": "m", "ApiKey": "key" }"""
            : $$"""{ "Provider": "Faulty", "Fault": "{{fault}}" }""";
        return new App(
            $$"""
            {
              "Use": {{(mode == "chain" ? """[ "bad", "good" ]""" : "\"bad\"")}}, "Timeout": "{{Deadline}}", "TopN": 20, "OnFailure": "{{(mode == "Throw" ? "Throw" : "Fallback")}}",
              "Scorers": { "bad": {{bad}}, "good": { "Provider": "Faulty" } }
            }
            """,
            builder => builder.AddProvider(_ => new FaultyProvider(time)),
            time);
    }

    /// <summary>Lets the clock run until the call has ended; sockets get a moment of real time at each step.</summary>
    private static async Task PassAsync(FakeTimeProvider time, Task call)
    {
        while (!call.IsCompleted)
        {
            await Task.WhenAny(call, Task.Delay(5, CancellationToken.None));
            if (!call.IsCompleted)
            {
                time.Advance(Step);
            }
        }
    }

    private sealed class FaultyProvider(TimeProvider time) : RelevanceScorerProvider("Faulty")
    {
        public override IReadOnlyCollection<string> Keys => ["Fault"];

        public override IEnumerable<string> Validate(Microsoft.Extensions.Configuration.IConfigurationSection section, bool isUsed) => [];

        public override IRelevanceScorer Create(string scorerName, Microsoft.Extensions.Configuration.IConfigurationSection section) =>
            new FaultyScorer(section["Fault"] is { } fault ? token => ScorerFaults[fault](time, token) : _ => Task.FromResult(Right()));
    }

    private sealed class FaultyScorer(Func<CancellationToken, Task<RelevanceScores>> score) : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) => score(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(RelevanceScorerMetadata) ? new RelevanceScorerMetadata("faulty") : null;

        public void Dispose()
        {
        }
    }
}

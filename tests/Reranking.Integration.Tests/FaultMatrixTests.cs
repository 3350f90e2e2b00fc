using Microsoft.Extensions.Time.Testing;
using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

/// <summary>Every way to fail, in every mode: each call ends within its deadline, and no candidate is lost or doubled.</summary>
/// <remarks>The clock is a fake one that moves while sockets and scorers work, so "within the deadline" is a matter of that clock alone.</remarks>
public class FaultMatrixTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static TheoryData<string, string> Cells => [.. Faults.Names.SelectMany(fault => Faults.Modes.Select(mode => (fault, mode)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task RerankAsync_Fault_EndsInTimeWithEveryCandidateOnce(string fault, string mode)
    {
        var time = new FakeTimeProvider();
        await using StubServer server = Faults.OfServers.TryGetValue(fault, out Func<StubRequest, StubResponse>? answer)
            ? new StubServer(answer)
            : HostedStub.Start();
        await using App app = Create(server, fault, mode, time);
        for (int call = 0; call < 8; call++)   // more than it takes to open a circuit
        {
            long start = time.GetTimestamp();
            Task<RerankingResult<string>> reranking = app.Reranker.RerankAsync("query", Faults.Documents);
            await PassAsync(time, reranking);

            TimeSpan took = time.GetElapsedTime(start);
            Assert.True(took <= Deadline * 1.1, $"The call took {took}.");
            if (mode == "Throw")
            {
                Assert.True(reranking.IsFaulted, $"{reranking.Status}");
                Assert.DoesNotContain(Faults.Documents, document => reranking.Exception!.ToString().Contains(document, StringComparison.Ordinal));
                continue;
            }

            RerankingResult<string> result = await reranking;
            Assert.Equal(Enumerable.Range(0, Faults.Documents.Count), result.Ranking.Select(ranked => ranked.Index).Order());
            if (mode == "chain")
            {
                Assert.Equal((RerankingOutcome.Reranked, "good"), (result.Outcome, result.ScorerName));
                Assert.Equal("bad", Assert.Single(result.FailedAttempts).ScorerName);
                Assert.Equal(Faults.Documents.Reverse(), result.Ranking.Select(ranked => ranked.Candidate));
            }
            else
            {
                Assert.Equal(RerankingOutcome.FellBack, result.Outcome);
                Assert.Equal(Faults.Documents, result.Ranking.Select(ranked => ranked.Candidate));
            }
        }
    }

    [Fact]
    public async Task RerankAsync_CircuitHalfOpen_OneCallProbesAndTheOthersAreServed()
    {
        var time = new FakeTimeProvider();
        bool isBroken = true;
        await using StubServer server = new(request => isBroken ? StubResponse.Of(401, "{}") : HostedStub.Answer(request));
        await using App app = Create(server, "401", "chain", time);
        for (int call = 0; call < 6; call++)
        {
            await PassAsync(time, app.Reranker.RerankAsync("query", Faults.Documents));
        }

        RerankingResult<string> open = await app.Reranker.RerankAsync("query", Faults.Documents);
        Assert.Equal(ScoringAttemptReason.CircuitOpen, Assert.Single(open.FailedAttempts).Reason);
        isBroken = false;
        time.Advance(TimeSpan.FromSeconds(31));
        Task<RerankingResult<string>>[] calls = [.. Enumerable.Range(0, 16).Select(_ => app.Reranker.RerankAsync("query", Faults.Documents))];
        foreach (Task<RerankingResult<string>> call in calls)
        {
            await PassAsync(time, call);
        }

        RerankingResult<string>[] results = await Task.WhenAll(calls);
        Assert.All(results, result => Assert.Equal((RerankingOutcome.Reranked, 12), (result.Outcome, result.Ranking.Count)));
        Assert.Equal("bad", (await app.Reranker.RerankAsync("query", Faults.Documents)).ScorerName);
    }

    private static App Create(StubServer server, string fault, string mode, FakeTimeProvider time) =>
        new(Faults.Configuration(server.Address, fault, mode, Deadline), builder => builder.AddProvider(_ => new FaultyProvider(time)), time);

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
}

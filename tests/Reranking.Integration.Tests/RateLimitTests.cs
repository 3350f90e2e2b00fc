using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

public class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task RerankAsync_LimitOfTheFirstReached_SecondAnswersAtOnce()
    {
        await using StubServer server = HostedStub.Start();
        await using App app = Create(server, """ "Use": [ "hosted", "good" ] """, requestsPerMinute: 1);
        Assert.Equal("hosted", (await app.Reranker.RerankAsync("query", Faults.Documents)).ScorerName);

        RerankingResult<string> result = await app.Reranker.RerankAsync("query", Faults.Documents);   // the clock stands still

        Assert.Equal((RerankingOutcome.Reranked, "good"), (result.Outcome, result.ScorerName));
        ScoringAttempt attempt = Assert.Single(result.FailedAttempts);
        Assert.Equal(("hosted", ScoringAttemptReason.Failed, TimeSpan.Zero), (attempt.ScorerName, attempt.Reason, attempt.Elapsed));
        Assert.Equal(
            $"cohere at {server.Authority} was not called: " +
            "Reranking:Scorers:hosted:RequestsPerMinute allows the next request in 00:01:00, which is too late for this call.",
            attempt.Failure?.Message);
        Assert.Single(server.Requests);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("hosted", (await app.Reranker.RerankAsync("query", Faults.Documents)).ScorerName);
    }

    [Fact]
    public async Task RerankAsync_ShadowOfTheSameScorer_LeavesTheLimitToTheCallers()
    {
        await using StubServer server = HostedStub.Start();
        await using App app = Create(server, """ "Use": "hosted", "Shadow": { "Use": "hosted", "SampleRate": 1 } """, requestsPerMinute: 2);
        using var shadows = new MetricCollector<long>(app.Services.GetRequiredService<IMeterFactory>(), "Experimental.Reranking", "reranking.shadow.calls");
        Assert.Equal(RerankingOutcome.Reranked, (await app.Reranker.RerankAsync("query", Faults.Documents)).Outcome);
        await shadows.WaitForMeasurementsAsync(1, TestContext.Current.CancellationToken);

        RerankingResult<string> result = await app.Reranker.RerankAsync("query", Faults.Documents);

        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
        Assert.Equal("failed", shadows.GetMeasurementSnapshot()[0].Tags["reranking.outcome"]);
        Assert.Equal(2, server.Requests.Count);
    }

    private App Create(StubServer server, string use, int requestsPerMinute) => new(
        $$"""
        {
          {{use}}, "Timeout": "00:00:02",
          "Scorers": {
            "hosted": { "Provider": "Cohere", "Endpoint": "{{server.Address}}", "Model": "m", "ApiKey": "key", "RequestsPerMinute": {{requestsPerMinute}} },
            "good": { "Provider": "Faulty" }
          }
        }
        """,
        builder => builder.AddProvider(_ => new FaultyProvider(_time)),
        _time);
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Reranking.Diagnostics;

namespace Reranking.Tests;

public sealed class RerankerTelemetryTests : IDisposable
{
    private const string ScorerTags =
        "gen_ai.operation.name=rerank gen_ai.provider.name=test gen_ai.request.model=numbers-1 server.address=scorer.example server.port=8443";

    private readonly TelemetryProbe _probe = new();
    private readonly FakeLogger<Reranker> _logger = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _probe.Dispose();

    [Fact]
    public async Task RerankAsync_Reranked_Measures()
    {
        await CreateReranker(Answers(truncated: 2)).RerankAsync("query", ["0.1", "0.2", "0.3"], new RerankingOptions { TopN = 2 });

        Assert.Equal([$"0.25 s {ScorerTags}"], _probe.Of("gen_ai.client.operation.duration"));
        Assert.Equal([$"3 {{document}} {ScorerTags}"], _probe.Of("reranking.candidates"));
        Assert.Equal([$"2 {{document}} {ScorerTags}"], _probe.Of("reranking.documents.truncated"));

        // 2 came to 0, and 1 stayed.
        Assert.Equal([$"1 {{rank}} {ScorerTags}"], _probe.Of("reranking.rank_displacement"));
        Assert.Empty(_probe.Of("reranking.fallbacks"));
        Assert.Equal(4, _probe.Measurements.Count);
    }

    [Theory]
    [InlineData(new[] { "0.3", "0.2", "0.1" }, 5, 0)]
    [InlineData(new[] { "0.1", "0.2" }, 5, 1)]
    [InlineData(new[] { "0.1", "0.2", "0.3", "0.4" }, 5, 2)]
    [InlineData(new[] { "0.1", "0.2", "0.3", "0.4" }, 1, 3)]
    public async Task RerankAsync_Reranked_MeasuresTheMeanDisplacementOfTheTopN(string[] documents, int topN, double expected)
    {
        await CreateReranker(Answers()).RerankAsync("query", documents, new RerankingOptions { TopN = topN });

        Assert.Equal(expected, Assert.Single(_probe.Measurements, measured => measured.Name == "reranking.rank_displacement").Value);
    }

    [Fact]
    public async Task RerankAsync_NothingKept_MeasuresNoDisplacement()
    {
        await CreateReranker(Answers()).RerankAsync("query", ["0.1", "0.2"], new RerankingOptions { MinScore = 1 });

        Assert.Empty(_probe.Of("reranking.rank_displacement"));
        Assert.Null(Assert.Single(_probe.Spans).GetTagItem("reranking.rank_displacement"));
        Assert.Contains("Scored 2 of 2 candidates and kept 0; mean rank displacement 0.", _logger.Collector.GetSnapshot().Select(static record =>
            record.Message));
    }

    [Fact]
    public async Task RerankAsync_Skipped_MeasuresTheCandidatesOnly()
    {
        await CreateReranker(Answers()).RerankAsync(" ", ["0.1", "0.2"]);

        Assert.Equal($"2 {{document}} {ScorerTags}", Assert.Single(_probe.Measurements).ToString());
        Assert.Empty(_probe.Spans);
        AssertLog(LogLevel.Debug, 2, "Reranking of 2 candidates skipped: BlankQuery.");
    }

    [Theory]
    [InlineData("throws", "scorer_failed", "System.InvalidOperationException", RerankingReason.ScorerFailed)]
    [InlineData("cancels by itself", "scorer_failed", "Reranking.RelevanceScoringException", RerankingReason.ScorerFailed)]
    [InlineData("gives too few scores", "invalid_scores", "invalid_scores", RerankingReason.InvalidScores)]
    [InlineData("throws at the timeout", "timeout", "timeout", RerankingReason.Timeout)]
    public async Task RerankAsync_FellBack_IsCountedTracedAndLoggedByReason(string kind, string reason, string errorType, RerankingReason logged)
    {
        var scorer = new FunctionScorer((_, _, token) => RerankerFailureTests.Kinds[kind].Score(_time, token), FunctionScorer.NumberMetadata);
        RerankingResult<string> result = await CreateReranker(scorer).RerankAsync("query", ["0.1", "0.2", "0.3"]);

        Assert.Equal([$"1 {{call}} {ScorerTags} reranking.reason={reason}"], _probe.Of("reranking.fallbacks"));
        Assert.EndsWith($" s {ScorerTags} error.type={errorType}", Assert.Single(_probe.Of("gen_ai.client.operation.duration")), StringComparison.Ordinal);
        Assert.Empty(_probe.Of("reranking.rank_displacement"));
        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(errorType, span.GetTagItem("error.type"));
        Assert.Equal(reason, span.GetTagItem("reranking.reason"));
        Assert.Equal("fell_back", span.GetTagItem("reranking.outcome"));
        AssertLog(LogLevel.Warning, 3, $"Reranking of 3 documents fell back to the first-stage order: {logged}.");
        Assert.Same(result.Failure, _logger.LatestRecord.Exception);
    }

    [Fact]
    public async Task RerankAsync_Throws_IsTracedButNoFallback()
    {
        var scorer = new FunctionScorer((_, _, _) => throw new InvalidOperationException(), FunctionScorer.NumberMetadata);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => CreateReranker(scorer).RerankAsync("query", ["0.1", "0.2"], new RerankingOptions { OnFailure = RerankingFailureMode.Throw }));

        Assert.Empty(_probe.Of("reranking.fallbacks"));
        Assert.Equal([$"0 s {ScorerTags} error.type=System.InvalidOperationException"], _probe.Of("gen_ai.client.operation.duration"));
        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.Null(span.GetTagItem("reranking.outcome"));
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Fact]
    public async Task RerankAsync_Canceled_IsTracedButNoFallback()
    {
        using var source = new CancellationTokenSource();
        var scorer = new FunctionScorer(
            (_, _, _) =>
            {
                source.Cancel();
                return new TaskCompletionSource<RelevanceScores>().Task;
            },
            FunctionScorer.NumberMetadata);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CreateReranker(scorer).RerankAsync("query", ["0.1", "0.2"], cancellationToken: source.Token));

        Assert.Empty(_probe.Of("reranking.fallbacks"));
        Assert.Equal([$"0 s {ScorerTags} error.type=System.OperationCanceledException"], _probe.Of("gen_ai.client.operation.duration"));
        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.OperationCanceledException", span.GetTagItem("error.type"));
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Fact]
    public async Task RerankAsync_Reranked_IsTracedUnderTheSpanOfTheCaller()
    {
        await CreateReranker(Answers(truncated: 1)).RerankAsync("query", ["0.1", "0.2", "0.3", ""], new RerankingOptions { TopN = 2 });

        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal("rerank numbers-1", span.DisplayName);
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal(_probe.RootId, span.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["gen_ai.operation.name"] = "rerank",
                ["gen_ai.provider.name"] = "test",
                ["gen_ai.request.model"] = "numbers-1",
                ["server.address"] = "scorer.example",
                ["server.port"] = 8443,
                ["gen_ai.rerank.candidate.count"] = 4,
                ["gen_ai.rerank.top_n"] = 2,
                ["reranking.outcome"] = "reranked",
                ["reranking.scored.count"] = 3,
                ["reranking.truncated.count"] = 1,
                ["reranking.rank_displacement"] = 1.0,
                ["gen_ai.response.model"] = "numbers-1-2026",
                ["gen_ai.usage.input_tokens"] = 70L,
            },
            span.TagObjects.ToDictionary());
    }

    [Fact]
    public async Task RerankAsync_ScorerWithoutMetadata_IsTracedWithoutNames()
    {
        var scorer = new FunctionScorer((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)));

        await CreateReranker(scorer).RerankAsync("query", ["0.1", "0.2"]);

        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal("rerank", span.DisplayName);
        Assert.Equal(
            [
                "gen_ai.operation.name", "gen_ai.rerank.candidate.count", "gen_ai.rerank.top_n", "reranking.outcome", "reranking.rank_displacement",
                "reranking.scored.count", "reranking.truncated.count",
            ],
            span.TagObjects.Select(tag => tag.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["2 {document} gen_ai.operation.name=rerank"], _probe.Of("reranking.candidates"));
    }

    [Fact]
    public async Task RerankAsync_RelativeEndpoint_IsLeftOut()
    {
        var scorer = new FunctionScorer(
            (_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)),
            new RelevanceScorerMetadata { ProviderName = "test", Endpoint = new Uri("/v2/rerank", UriKind.Relative) });

        await CreateReranker(scorer).RerankAsync("query", ["0.1", "0.2"]);

        Assert.Null(Assert.Single(_probe.Spans).GetTagItem("server.address"));
    }

    [Fact]
    public async Task RerankAsync_Stream_CountsTheCandidatesTaken()
    {
        await CreateReranker(Answers()).RerankAsync(
            "query", AsyncEnumerable.Range(1, 4), i => $"0.{i}", new RerankingOptions { TopN = 1, CandidateCount = 3 });

        Assert.Equal([$"3 {{document}} {ScorerTags}"], _probe.Of("reranking.candidates"));
        Assert.Equal("Scored 3 of 3 candidates and kept 1; mean rank displacement 2.", _logger.LatestRecord.Message);
    }

    [Fact]
    public async Task RerankAsync_Reranked_LogsOneDebugLine()
    {
        await CreateReranker(Answers()).RerankAsync("query", ["0.3", "0.1", "0.2", " "], new RerankingOptions { TopN = 3 });

        Assert.Equal(1, _logger.Collector.Count);
        Assert.Empty(_probe.Of("reranking.documents.truncated"));
        AssertLog(LogLevel.Debug, 1, "Scored 3 of 4 candidates and kept 3; mean rank displacement 0.67.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RerankAsync_Truncated_IsCountedAndLogsAWarning(int truncated)
    {
        await CreateReranker(Answers(truncated)).RerankAsync("query", ["0.3", "0.1", "0.2"]);

        Assert.Equal([$"{truncated} {{document}} {ScorerTags}"], _probe.Of("reranking.documents.truncated"));
        Assert.Equal(2, _logger.Collector.Count);
        AssertLog(LogLevel.Warning, 4, $"{truncated} of 3 documents were longer than the model's input and were read only in part.");
    }

    [Theory]
    [InlineData(RerankingReason.NoCandidates, "no_candidates")]
    [InlineData(RerankingReason.SingleCandidate, "single_candidate")]
    [InlineData(RerankingReason.BlankQuery, "blank_query")]
    [InlineData(RerankingReason.BlankDocuments, "blank_documents")]
    [InlineData(RerankingReason.None, "none")]
    public void TagValue_Reason_IsInSnakeCase(RerankingReason reason, string expected) => Assert.Equal(expected, RerankingMetrics.TagValue(reason));

    [Fact]
    public void TagValue_Skipped_IsInSnakeCase() => Assert.Equal("skipped", RerankingMetrics.TagValue(RerankingOutcome.Skipped));

    private Reranker CreateReranker(FunctionScorer scorer) => new(scorer, options: null, _logger, _time, _probe.MeterFactory);

    private FunctionScorer Answers(int truncated = 0) => new(
        (_, documents, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(0.25));
            RelevanceScores scores = new([.. documents.Select((document, i) => FunctionScorer.Number(document) with { IsTruncated = i < truncated })])
            {
                ModelId = "numbers-1-2026",
                Usage = new RelevanceScoringUsage { InputTokenCount = 70 },
            };
            return Task.FromResult(scores);
        },
        FunctionScorer.NumberMetadata);

    private void AssertLog(LogLevel level, int eventId, string message)
    {
        FakeLogRecord record = _logger.LatestRecord;
        Assert.Equal(message, record.Message);
        Assert.Equal(level, record.Level);
        Assert.Equal(eventId, record.Id.Id);
    }
}

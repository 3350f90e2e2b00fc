using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

/// <summary>A scorer may answer documents that are not among the wanted ones with an estimate: it ranks behind, and passes for no score.</summary>
public sealed class EstimateTests : IDisposable
{
    private static readonly string[] Documents = ["0.1", "0.9", "0.3", "0.8", "0.5"];

    private readonly EstimatingScorer _scorer = new();
    private readonly TelemetryProbe _probe = new();

    public void Dispose() => _probe.Dispose();

    [Fact]
    public async Task RerankAsync_TopN_ReachesTheScorer()
    {
        await new Reranker(_scorer).RerankAsync("query", Documents);
        await new Reranker(_scorer).RerankAsync("query", Documents, new RerankingOptions { TopN = 2 });

        Assert.Equal([5, 2], _scorer.Wanted);
    }

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(3, 3, null)]   // a page after the first joins up with it only where all scores are exact
    public async Task RerankAsync_Page_AsksForTheScoresOfAllFromTheSecondOn(int skip, int top, int? wanted)
    {
        RerankingPage page = new Reranker(_scorer).GetPage("query", skip, top);

        await page.RerankAsync(Documents.ToAsyncEnumerable(), text => text, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([wanted], _scorer.Wanted);
    }

    [Fact]
    public async Task RerankAsync_Estimates_RankBehindAndAreCounted()
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { TopN = 1 }, meterFactory: _probe.MeterFactory);

        RerankingResult<string> result = await reranker.RerankAsync("query", Documents);

        Assert.Equal(["0.9"], result.Ranking.Select(ranked => ranked.Candidate));
        Assert.Equal((5, 3), (result.ScoredCount, result.EstimatedCount));
        Assert.StartsWith("3 ", Assert.Single(_probe.Of(RerankingTelemetry.Instruments.Estimated)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RerankAsync_EstimatesAboveScores_StillRankBehind()
    {
        var scorer = new FunctionScorer((_, _, _) => Task.FromResult(new RelevanceScores(
        [
            new RelevanceScore(0.9, 2) { IsEstimate = true, Stage = -2 },
            new RelevanceScore(0.95, 3) { IsEstimate = true, Stage = -1 },
            new RelevanceScore(0.1, -2),
            new RelevanceScore(0.2, -1),
        ])));

        RerankingResult<string> result = await new Reranker(scorer).RerankAsync("query", ["a", "b", "c", "d"]);

        Assert.Equal(["d", "c", "b", "a"], result.Ranking.Select(ranked => ranked.Candidate));
    }

    [Theory]
    [InlineData(false, new[] { "0.9" })]
    [InlineData(true, new string[0])]   // nothing is finished, and an estimate does not step in
    public async Task RerankAsync_MinScore_JudgesNoEstimate(bool failsToFinish, string[] expected)
    {
        _scorer.FailsToFinish = failsToFinish;
        var logger = new FakeLogger<Reranker>();

        RerankingResult<string> result = await new Reranker(_scorer, new RerankingOptions { TopN = 1, MinScore = 0.1 }, logger).RerankAsync("query", Documents);

        Assert.Equal(expected, result.Ranking.Select(ranked => ranked.Candidate));
        Assert.DoesNotContain(logger.Collector.GetSnapshot(), record => record.Message.Contains("0.25", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cascade_ScorersWithEstimates_NumbersTheStagesInOrder()
    {
        var strong = new EstimatingScorer();
        var cascade = new CascadeRelevanceScorer([new CascadeStage("fast", _scorer, 2), new CascadeStage("strong", strong)]);

        RelevanceScores scores = await cascade.ScoreAsync("query", Documents, new RelevanceScoringOptions { TopN = 1 }, TestContext.Current.CancellationToken);

        Assert.Equal([2], _scorer.Wanted);   // what it passes on, not what the caller wants
        Assert.Equal([1], strong.Wanted);
        Assert.Equal([-1, 1, 0, 1, 0], scores.Select(score => score.Stage));
        Assert.Equal([true, false, false, false, false], scores.Select(score => score.IsEstimate));
    }

    [Fact]
    public async Task Cascade_LastStageEstimates_TheyComeAfterItsScoresAndBeforeTheStageBefore()
    {
        var strong = new EstimatingScorer();
        var cascade = new CascadeRelevanceScorer([new CascadeStage("fast", FunctionScorer.OfNumbers(), 4), new CascadeStage("strong", strong)]);

        RelevanceScores scores = await cascade.ScoreAsync("query", Documents, new RelevanceScoringOptions { TopN = 1 }, TestContext.Current.CancellationToken);

        Assert.Equal([0, 2, 1, 2, 1], scores.Select(score => score.Stage));
        Assert.Equal([false, false, true, false, true], scores.Select(score => score.IsEstimate));
    }

    [Fact]
    public async Task Cascade_InACascade_KeepsItsStagesApart()
    {
        var inner = new CascadeRelevanceScorer([new CascadeStage("a", FunctionScorer.OfNumbers(), 3), new CascadeStage("b", FunctionScorer.OfNumbers())]);
        var cascade = new CascadeRelevanceScorer([new CascadeStage("inner", inner, 2), new CascadeStage("c", FunctionScorer.OfNumbers())]);

        RelevanceScores scores = await cascade.ScoreAsync("query", Documents, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([0, 2, 0, 2, 1], scores.Select(score => score.Stage));
    }

    [Fact]
    public async Task Caching_Estimates_AreNeverKeptAndScoresAre()
    {
        using ServiceProvider services = new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        using var scorer = new CachingRelevanceScorer(_scorer, services.GetRequiredService<HybridCache>());
        await scorer.ScoreAsync("query", Documents, new RelevanceScoringOptions { TopN = 1 }, TestContext.Current.CancellationToken);

        RelevanceScores scores = await scorer.ScoreAsync("query", Documents, null, TestContext.Current.CancellationToken);

        Assert.Equal(["0.1", "0.3", "0.5"], _scorer.Seen[1]);
        Assert.Equal([0.1, 0.9, 0.3, 0.8, 0.5], scores.Select(score => score.RawValue));
        Assert.All(scores, score => Assert.Equal((false, 0), (score.IsEstimate, score.Stage)));
    }

    [Fact]
    public async Task Caching_CallThatWaitsForOneThatWantsLess_GetsNoEstimateOfIt()
    {
        using ServiceProvider services = new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        using var scorer = new CachingRelevanceScorer(_scorer, services.GetRequiredService<HybridCache>());
        var gate = new TaskCompletionSource();
        _scorer.Gate = gate.Task;
        Task<RelevanceScores> wantsOne = scorer.ScoreAsync("query", Documents, new RelevanceScoringOptions { TopN = 1 }, TestContext.Current.CancellationToken);
        Task<RelevanceScores> wantsAll = scorer.ScoreAsync("query", Documents, null, TestContext.Current.CancellationToken);
        gate.SetResult();

        Assert.Contains(await wantsOne, score => score.IsEstimate);
        Assert.All(await wantsAll, score => Assert.False(score.IsEstimate));
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Live;

namespace Reranking.Tests;

public class NamedRelevanceScorerTests
{
    private readonly FakeLogger _logger = new();

    [Fact]
    public async Task ScoreAsync_Scores_CarryNameAndThreshold()
    {
        using NamedRelevanceScorer scorer = Create(new ScriptedScorer(), minScore: 0.2);

        RelevanceScores scores = await scorer.ScoreAsync("query", ["0.1"]);

        Assert.Equal(("cohere", 0.2, "scripted-1", 1L), (scores.ScorerName, scores.MinScore, scores.ModelId, scores.Usage?.InputTokenCount));
        Assert.Equal("scripted-1", scores.ScorerMetadata?.ModelId);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocalAndHosted_RefusesBeforeTheScorerSeesATextInAnErrorWithoutTexts()
    {
        var hosted = new ScriptedScorer(isHosted: true);
        using NamedRelevanceScorer scorer = Create(hosted);

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("secret query", ["secret document"], new RelevanceScoringOptions { KeepLocal = true }));

        Assert.Equal(
            "'Reranking:Scorers:cohere' is hosted, and the documents may not leave this machine. " +
            "Add a local scorer to Reranking:Scorers and name it in Reranking:KeepLocal:Use.",
            exception.Message);
        Assert.Equal(0, hosted.Calls);
    }

    [Fact]
    public async Task RerankAsync_CallsThatStayHere_OpenNoCircuitForThoseThatMayLeave()
    {
        var hosted = new ScriptedScorer(isHosted: true);
        var reranker = new Reranker(Create(hosted));

        for (int i = 0; i < 10; i++)
        {
            RerankingResult<string> kept = await reranker.RerankAsync("query", ["0.1", "0.4"], new RerankingOptions { KeepLocal = true });
            Assert.Equal(RerankingOutcome.FellBack, kept.Outcome);
        }

        Assert.Equal(0, hosted.Calls);
        Assert.Equal(RerankingOutcome.Reranked, (await reranker.RerankAsync("query", ["0.1", "0.4"])).Outcome);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocalAndLocal_Scores()
    {
        using NamedRelevanceScorer scorer = Create(new ScriptedScorer());

        Assert.Single(await scorer.ScoreAsync("query", ["0.1"], new RelevanceScoringOptions { KeepLocal = true }));
    }

    [Fact]
    public async Task ScoreAsync_ThresholdOfAnotherModel_WarnsOnce()
    {
        using NamedRelevanceScorer scorer = Create(new ScriptedScorer("rerank-v4"), minScore: 0.2, minScoreModel: "rerank-v3.5");

        await scorer.ScoreAsync("query", ["0.1"]);
        await scorer.ScoreAsync("query", ["0.1"]);

        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.Equal(
            "Reranking:Scorers:cohere:MinScore is 0.2, set for the model rerank-v3.5, but rerank-v4 answered: scores of different models are not comparable. " +
            "Measure the threshold again and set MinScoreModel.",
            record.Message);
    }

    [Fact]
    public async Task ScoreAsync_ModelsThatTakeTurns_AreWarnedOfOnceEach()
    {
        int calls = 0;
        var inner = new ScriptedScorer("rerank-v4");
        inner.Script = (documents, _) => Task.FromResult(
            new RelevanceScores([.. documents.Select(static _ => new RelevanceScore(0.5, 0.5))]) { ModelId = calls++ % 2 == 0 ? "one" : "two" });
        using NamedRelevanceScorer scorer = Create(inner, minScore: 0.2, minScoreModel: "rerank-v3.5");

        for (int i = 0; i < 10; i++)
        {
            await scorer.ScoreAsync("query", ["0.1"]);
        }

        Assert.Equal(2, _logger.Collector.Count);
    }

    [Fact]
    public async Task ScoreAsync_ThresholdOfThisModel_DoesNotWarn()
    {
        using NamedRelevanceScorer scorer = Create(new ScriptedScorer("rerank-v4"), minScore: 0.2, minScoreModel: "rerank-v4");

        await scorer.ScoreAsync("query", ["0.1"]);

        Assert.Empty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task RerankAsync_ThresholdOfTheScorer_CutsTheRanking()
    {
        var reranker = new Reranker(Create(new ScriptedScorer(), minScore: 0.25));

        RerankingResult<string> result = await reranker.RerankAsync("query", ["0.1", "0.4", "0.3"]);

        Assert.Equal(["0.4", "0.3"], result.Ranking.Select(ranked => ranked.Candidate));
        Assert.Equal((0.25, "cohere"), (result.MinScore, result.ScorerName));
    }

    [Fact]
    public async Task RerankAsync_ThresholdOfTheCall_WinsOverThatOfTheScorer()
    {
        var reranker = new Reranker(Create(new ScriptedScorer(), minScore: 0.25));

        RerankingResult<string> result = await reranker.RerankAsync("query", ["0.1", "0.4", "0.3"], new RerankingOptions { MinScore = 0.35 });

        Assert.Equal(["0.4"], result.Ranking.Select(ranked => ranked.Candidate));
        Assert.Equal(0.35, result.MinScore);
    }

    [Fact]
    public async Task RerankAsync_OneCandidateAndAThresholdOfTheScorer_IsScored()
    {
        var reranker = new Reranker(Create(new ScriptedScorer(), minScore: 0.25));

        Assert.Empty((await reranker.RerankAsync("query", ["0.1"])).Ranking);
    }

    [Fact]
    public void Dispose_LastReference_DisposesTheScorerOnce()
    {
        var inner = new ScriptedScorer();
        NamedRelevanceScorer scorer = Create(inner);

        scorer.Dispose();
        scorer.Dispose();

        Assert.Equal(1, inner.Disposals);
    }

    [Fact]
    public async Task Dispose_CallUnderWay_DisposesTheScorerAfterIt()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        var inner = new ScriptedScorer { Script = (_, _) => answer.Task };
        NamedRelevanceScorer scorer = Create(inner);
        Task<RelevanceScores> call = scorer.ScoreAsync("query", ["0.1"]);

        scorer.Dispose();

        Assert.Equal(0, inner.Disposals);
        answer.SetResult(inner.Numbers(["0.1"]));
        await call;
        Assert.Equal((1, false), (inner.Disposals, inner.WasUsedAfterDispose));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => scorer.ScoreAsync("query", ["0.1"]));
    }

    private NamedRelevanceScorer Create(IRelevanceScorer inner, double? minScore = null, string? minScoreModel = null) =>
        NamedScorer.Create("cohere", inner, minScore, minScoreModel, _logger);
}

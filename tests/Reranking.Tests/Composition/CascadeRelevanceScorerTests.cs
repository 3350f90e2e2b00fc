using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public class CascadeRelevanceScorerTests
{
    private static readonly string[] Documents = ["0.1", "0.5", "0.3", "0.4", "0.2"];
    private static readonly RelevanceScoringOptions TwoSeconds = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<CascadeRelevanceScorer> _logger = new();
    private readonly ScriptedScorer _fast = new("fast-1");

    // The strong one sees it the other way round, on another scale.
    private readonly ScriptedScorer _strong = new("strong-1") { Script = (documents, _) => Task.FromResult(Reversed(documents)) };

    [Fact]
    public void Constructor_NoStages_Throws() =>
        Assert.Equal(
            "A cascade has 0 stages; expected 1 or more. (Parameter 'stages')", Assert.Throws<ArgumentException>(() => new CascadeRelevanceScorer([])).Message);

    [Fact]
    public void CascadeStage_KeepsNothing_Throws() =>
        Assert.StartsWith(
            "A stage keeps 1 document or more.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new CascadeStage("fast", _fast, 0)).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task ScoreAsync_TwoStages_TheSecondReadsTheBestOfTheFirstInTheirOrder()
    {
        RelevanceScores scores = await Cascade(keep: 3).ScoreAsync("query", Documents);

        Assert.Equal(["0.5", "0.4", "0.3"], _strong.Seen);
        Assert.Equal([0, 1, 1, 1, 0], scores.Select(score => score.Stage));
        Assert.Equal([0.1, 0.05, 0.07, 0.06, 0.2], scores.Select(score => Math.Round(score.RawValue, 10)));
        Assert.Equal("strong-1", scores.ModelId);
        Assert.Equal(new RelevanceScoringUsage { InputTokenCount = 5, SearchUnitCount = 1 }, scores.Usage);
    }

    [Fact]
    public async Task RerankAsync_TwoStages_PutsTheLaterStageFirstAndTheRestInItsOwnOrder()
    {
        var reranker = new Reranker(Cascade(keep: 3));

        RerankingResult<string> result = await reranker.RerankAsync("query", Documents);

        // By the strong one: 0.3, 0.4, 0.5; then by the fast one: 0.2, 0.1, though its scores are higher.
        Assert.Equal(["0.3", "0.4", "0.5", "0.2", "0.1"], result.Ranking.Select(ranked => ranked.Candidate));
    }

    [Fact]
    public async Task RerankAsync_Threshold_IsHeldAgainstTheLastStageOnly()
    {
        var reranker = new Reranker(Cascade(keep: 3), new RerankingOptions { MinScore = 0.055 });

        RerankingResult<string> result = await reranker.RerankAsync("query", Documents);

        Assert.Equal(["0.3", "0.4"], result.Ranking.Select(ranked => ranked.Candidate));
    }

    [Fact]
    public async Task ScoreAsync_FewerDocumentsThanKept_AllGoOn()
    {
        RelevanceScores scores = await Cascade(keep: 100).ScoreAsync("query", Documents);

        Assert.All(scores, score => Assert.Equal(1, score.Stage));
    }

    [Fact]
    public async Task ScoreAsync_EqualScores_KeepsTheFirstOnes()
    {
        await Cascade(keep: 2).ScoreAsync("query", ["0.5", "0.50", "0.500"]);

        Assert.Equal(["0.5", "0.50"], _strong.Seen);
    }

    [Fact]
    public async Task ScoreAsync_LaterStageFails_GivesTheScoresOfTheFirst()
    {
        var failure = new HttpRequestException();
        _strong.Script = (_, _) => throw failure;

        RelevanceScores scores = await Cascade(keep: 3).ScoreAsync("query", Documents);

        Assert.Equal([0.1, 0.5, 0.3, 0.4, 0.2], scores.Select(score => score.RawValue));
        Assert.All(scores, score => Assert.Equal(0, score.Stage));
        Assert.Equal("fast-1", scores.ModelId);
        Assert.Equal([new ScoringAttempt("strong", ScoringAttemptReason.Failed, failure, TimeSpan.Zero)], scores.FailedAttempts);
        Assert.Equal(
            "Stage strong of the cascade did not answer for 3 documents (Failed); the scores of the stages before it are the answer.",
            Assert.Single(_logger.Collector.GetSnapshot()).Message);
    }

    [Fact]
    public async Task ScoreAsync_LaterStageIsLate_AnswersBeforeTheCallerStopsWaiting()
    {
        _strong.Script = (_, _) => new TaskCompletionSource<RelevanceScores>().Task;
        Task<RelevanceScores> call = Cascade(keep: 3).ScoreAsync("query", Documents, TwoSeconds);
        _time.Advance(TimeSpan.FromSeconds(1.9));

        RelevanceScores scores = await call;

        Assert.Equal(ScoringAttemptReason.Timeout, Assert.Single(scores.FailedAttempts).Reason);
        Assert.Equal("fast-1", scores.ModelId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_FirstStageRefuses_SaysWhetherTheRequestIsAtFault(bool isRequestFault)
    {
        _fast.Script = (_, _) => throw new RelevanceScoringException("It refuses.") { IsRequestFault = isRequestFault };

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => Cascade(keep: 3).ScoreAsync("query", Documents));

        Assert.Equal(isRequestFault, exception.IsRequestFault);
    }

    [Fact]
    public async Task ScoreAsync_FirstStageFails_Throws()
    {
        _fast.Script = (_, _) => throw new HttpRequestException();

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => Cascade(keep: 3).ScoreAsync("query", Documents));

        Assert.Equal(
            "The first stage 'fast' of the cascade did not answer (Failed). Check Reranking:Stages and the settings of the scorer.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Equal(0, _strong.Calls);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocal_PassesHostedStagesOver()
    {
        var hosted = new ScriptedScorer(isHosted: true);
        var keepLocal = new RelevanceScoringOptions { KeepLocal = true };
        using var hostedLast = new CascadeRelevanceScorer([new CascadeStage("fast", _fast, 2), new CascadeStage("hosted", hosted)]);
        using var hostedFirst = new CascadeRelevanceScorer([new CascadeStage("hosted", hosted, 2), new CascadeStage("fast", _fast)]);

        RelevanceScores scores = await hostedLast.ScoreAsync("query", Documents, keepLocal);
        RelevanceScoringException exception =
            await Assert.ThrowsAsync<RelevanceScoringException>(() => hostedFirst.ScoreAsync("query", Documents, keepLocal));

        Assert.False(exception.IsTransient);   // it would be refused again

        Assert.Equal("fast-1", scores.ModelId);
        Assert.Equal([ScoringAttemptReason.KeptLocal], scores.FailedAttempts.Select(attempt => attempt.Reason));
        Assert.Equal(0, hosted.Calls);
    }

    [Fact]
    public async Task ScoreAsync_ThresholdsOfStages_TheLastOneThatAnsweredCounts()
    {
        using var cascade = new CascadeRelevanceScorer(
        [
            new CascadeStage("fast", NamedScorer.Create("fast", _fast, 0.9), 2),
            new CascadeStage("strong", NamedScorer.Create("strong", _strong, 0.2)),
        ]);

        Assert.Equal((0.2, "strong"), Answer(await cascade.ScoreAsync("query", Documents)));
        _strong.Script = (_, _) => throw new HttpRequestException();
        Assert.Equal((0.9, "fast"), Answer(await cascade.ScoreAsync("query", Documents)));

        static (double? MinScore, string? Name) Answer(RelevanceScores scores) => (scores.MinScore, scores.ScorerName);
    }

    private static RelevanceScores Reversed(IReadOnlyList<string> documents) =>
        new([.. documents.Select(document => (1 - FunctionScorer.Number(document).Value) / 10).Select(score => new RelevanceScore(score, score))])
        {
            ModelId = "strong-1",
        };

    [Fact]
    public void Dispose_StagesThatFail_DisposesTheOthersAndThrows()
    {
        (_fast.OnDispose, _strong.OnDispose) = (() => throw new InvalidOperationException("fast"), () => throw new InvalidOperationException("strong"));

        AggregateException exception = Assert.Throws<AggregateException>(Cascade(keep: 3).Dispose);

        Assert.Equal(["fast", "strong"], exception.InnerExceptions.Select(failure => failure.Message));
    }

    private CascadeRelevanceScorer Cascade(int keep) =>
        new([new CascadeStage("fast", _fast, keep), new CascadeStage("strong", _strong)], _logger, _time);
}

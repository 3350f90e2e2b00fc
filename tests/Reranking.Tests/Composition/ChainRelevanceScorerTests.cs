using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public class ChainRelevanceScorerTests
{
    private static readonly string[] Documents = ["0.1", "0.3", "0.2"];
    private static readonly RelevanceScoringOptions TwoSeconds = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<ChainRelevanceScorer> _logger = new();
    private readonly ScriptedScorer _second = new("second-1");

    [Fact]
    public void Constructor_NoScorers_Throws()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new ChainRelevanceScorer(Array.Empty<IRelevanceScorer>()));

        Assert.Equal("A chain has 0 scorers; expected 1 or more. (Parameter 'scorers')", exception.Message);
    }

    [Fact]
    public void Constructor_NullScorer_Throws() =>
        Assert.Throws<ArgumentNullException>("scorers", () => new ChainRelevanceScorer([_second, null!], _logger));

    [Fact]
    public async Task ScoreAsync_ScorersWithoutNames_AreCalledByTheirModels()
    {
        using var chain = new ChainRelevanceScorer([ScriptedScorer.Throwing(new HttpRequestException()), _second], _logger, _time);

        RelevanceScores scores = await chain.ScoreAsync("query", Documents);

        Assert.Equal("second-1", scores.ScorerName);
        Assert.Equal(["scripted-1"], scores.FailedAttempts.Select(attempt => attempt.ScorerName));
    }

    [Fact]
    public async Task ScoreAsync_FirstAnswers_AsksNobodyElse()
    {
        var first = new ScriptedScorer("first-1");

        RelevanceScores scores = await Chain(first, _second).ScoreAsync("query", Documents);

        Assert.Equal([0.1, 0.3, 0.2], scores.Select(score => score.RawValue));
        Assert.Equal(("first", "first-1"), (scores.ScorerName, scores.ModelId));
        Assert.Empty(scores.FailedAttempts);
        Assert.Equal(0, _second.Calls);
    }

    [Fact]
    public async Task ScoreAsync_FirstThrows_SecondAnswersAndSaysWhy()
    {
        var failure = new HttpRequestException("No connection.");

        RelevanceScores scores = await Chain(ScriptedScorer.Throwing(failure), _second).ScoreAsync("query", Documents);

        Assert.Equal(("second", "second-1"), (scores.ScorerName, scores.ModelId));
        Assert.Equal([new ScoringAttempt("first", ScoringAttemptReason.Failed, failure, TimeSpan.Zero)], scores.FailedAttempts);
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal(
            (LogLevel.Warning, "Scorer first did not answer for 3 documents (Failed); the next one of the chain is asked."), (record.Level, record.Message));
        Assert.Same(failure, record.Exception);
    }

    [Theory]
    [InlineData("too few", "Expected 3 scores for 3 documents, but first returned 1.")]
    [InlineData("none", "Expected 3 scores for 3 documents, but first returned null.")]
    [InlineData("infinite", "Expected finite raw scores and scores from 0 to 1, but first returned the raw score Infinity and the score 0.5 for document 1.")]
    [InlineData("no numbers", "Expected a score that is a number, but first returned NaN for all of 3 documents.")]
    public async Task ScoreAsync_FirstGivesInvalidScores_SecondAnswers(string kind, string message)
    {
        var first = new ScriptedScorer
        {
            Script = (documents, _) => Task.FromResult(kind switch
            {
                "too few" => new RelevanceScores([default]),
                "none" => null!,
                "infinite" => new RelevanceScores([default, new RelevanceScore(0.5, double.PositiveInfinity), default]),
                _ => new RelevanceScores([RelevanceScore.Unscored, RelevanceScore.Unscored, RelevanceScore.Unscored]),
            }),
        };

        RelevanceScores scores = await Chain(first, _second).ScoreAsync("query", Documents);

        ScoringAttempt attempt = Assert.Single(scores.FailedAttempts);
        Assert.Equal((ScoringAttemptReason.InvalidScores, message), (attempt.Reason, attempt.Failure?.Message));
        Assert.Equal("second", scores.ScorerName);
    }

    [Fact]
    public async Task ScoreAsync_FirstHangs_LeavesHalfOfTheTimeToTheSecond()
    {
        Task<RelevanceScores> call = Chain(ScriptedScorer.Hanging(), _second).ScoreAsync("query", Documents, TwoSeconds);
        _time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal(0, _second.Calls);
        _time.Advance(TimeSpan.FromTicks(1));

        RelevanceScores scores = await call;

        ScoringAttempt attempt = Assert.Single(scores.FailedAttempts);
        Assert.Equal((ScoringAttemptReason.Timeout, TimeSpan.FromSeconds(1)), (attempt.Reason, attempt.Elapsed));
        Assert.Equal(
            "first took longer than 00:00:01 for 3 documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.",
            Assert.IsType<TimeoutException>(attempt.Failure).Message);
        Assert.Equal(TimeSpan.FromSeconds(0.95), _second.LastOptions?.Timeout);
    }

    [Fact]
    public async Task ScoreAsync_LinkWithATimeout_GetsNoMore()
    {
        using var chain = new ChainRelevanceScorer(
            [new ChainLink("first", ScriptedScorer.Hanging()) { Timeout = TimeSpan.FromSeconds(0.25) }, new ChainLink("second", _second)], _logger, _time);
        Task<RelevanceScores> call = chain.ScoreAsync("query", Documents, TwoSeconds);
        _time.Advance(TimeSpan.FromSeconds(0.25));

        Assert.Equal("second", (await call).ScorerName);
        Assert.Equal(TimeSpan.FromTicks(16_625_000), _second.LastOptions?.Timeout);
    }

    [Fact]
    public async Task ScoreAsync_NoTimeout_WaitsForTheFirst()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        var first = new ScriptedScorer { Script = (_, _) => answer.Task };
        Task<RelevanceScores> call = Chain(first, _second).ScoreAsync("query", Documents);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(call.IsCompleted);
        answer.SetResult(first.Numbers(Documents));

        Assert.Equal("first", (await call).ScorerName);
    }

    [Fact]
    public async Task ScoreAsync_AllFail_ThrowsWithEveryReason()
    {
        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => Chain(ScriptedScorer.Throwing(new HttpRequestException()), new ScriptedScorer { Script = (_, _) => Task.FromResult(RelevanceScores.Empty) })
                .ScoreAsync("query", Documents));

        Assert.Equal(
            "No scorer of the chain answered: 'first' (Failed), 'second' (InvalidScores). Check Reranking:Use and the settings of the scorers.",
            exception.Message);
        Assert.Equal(["first", "second"], exception.FailedAttempts.Select(attempt => attempt.ScorerName));
        Assert.Same(exception.FailedAttempts[1].Failure, exception.InnerException);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task ScoreAsync_AllFail_IsTransientWhereOneOfThemIs(bool isTransient, bool expected)
    {
        var failure = new RelevanceScoringException("The key is refused.") { IsTransient = isTransient };

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => Chain(ScriptedScorer.Throwing(failure), ScriptedScorer.Throwing(new RelevanceScoringException("The folder is missing.")))
                .ScoreAsync("query", Documents));

        Assert.Equal(expected, exception.IsTransient);
    }

    [Fact]
    public async Task ScoreAsync_FirstFailedFiveTimes_IsPassedOverForHalfAMinute()
    {
        ScriptedScorer first = ScriptedScorer.Throwing(new HttpRequestException());
        using ChainRelevanceScorer chain = Chain(first, _second);
        for (int i = 0; i < 5; i++)
        {
            await chain.ScoreAsync("query", Documents);
        }

        RelevanceScores scores = await chain.ScoreAsync("query", Documents);

        Assert.Equal([new ScoringAttempt("first", ScoringAttemptReason.CircuitOpen, null, TimeSpan.Zero)], scores.FailedAttempts);
        Assert.Equal(5, first.Calls);
        _time.Advance(TimeSpan.FromSeconds(30));
        first.Script = null;
        Assert.Equal("first", (await chain.ScoreAsync("query", Documents)).ScorerName);
    }

    [Fact]
    public async Task ScoreAsync_NoTimeLeftToAsk_SaysNothingAboutTheScorer()
    {
        // The first one blocks through all of the time, which no token can end.
        var first = new ScriptedScorer { Script = (_, _) => { _time.Advance(TimeSpan.FromSeconds(2)); throw new InvalidOperationException(); } };
        using ChainRelevanceScorer chain = Chain(first, _second);
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<RelevanceScoringException>(() => chain.ScoreAsync("query", Documents, TwoSeconds));
        }

        Assert.Equal(0, _second.Calls);
        Assert.Equal("second", (await chain.ScoreAsync("query", Documents)).ScorerName);
    }

    [Fact]
    public async Task ScoreAsync_CallerCancels_PassesAndSaysNothingAboutTheScorer()
    {
        var first = new ScriptedScorer { Script = (_, _) => new TaskCompletionSource<RelevanceScores>().Task };
        using ChainRelevanceScorer chain = Chain(first, _second);
        for (int i = 0; i < 6; i++)
        {
            using var each = new CancellationTokenSource();
            Task<RelevanceScores> call = chain.ScoreAsync("query", Documents, TwoSeconds, each.Token);
            each.Cancel();
            Assert.Equal(each.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
        }

        first.Script = null;

        Assert.Equal("first", (await chain.ScoreAsync("query", Documents, TwoSeconds)).ScorerName);
        Assert.Equal(0, _second.Calls);
    }

    [Theory]
    [InlineData(499, null, false)]   // of the second that a call of two seconds gives the first of two
    [InlineData(500, null, true)]
    [InlineData(99, 200, false)]
    [InlineData(100, 200, true)]
    public async Task ScoreAsync_FirstIsLateFiveTimes_CountsWhereItHadHalfOfItsUsualTime(int milliseconds, int? limit, bool counts)
    {
        using var chain = new ChainRelevanceScorer(
            [
                new ChainLink("first", ScriptedScorer.Hanging()) { Timeout = limit is { } most ? TimeSpan.FromMilliseconds(most) : null },
                new ChainLink("second", _second),
            ],
            _logger, _time)
        {
            UsualTimeout = TimeSpan.FromSeconds(2),
        };
        var hurried = new RelevanceScoringOptions { Timeout = TimeSpan.FromMilliseconds(2 * milliseconds) };
        for (int i = 0; i < 5; i++)
        {
            Task<RelevanceScores> call = chain.ScoreAsync("query", Documents, hurried);
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            Assert.Equal([ScoringAttemptReason.Timeout], (await call).FailedAttempts.Select(attempt => attempt.Reason));
        }

        Task<RelevanceScores> next = chain.ScoreAsync("query", Documents, TwoSeconds);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([counts ? ScoringAttemptReason.CircuitOpen : ScoringAttemptReason.Timeout], (await next).FailedAttempts.Select(attempt => attempt.Reason));
    }

    [Theory]
    [InlineData("refuses the query", true, 6)]
    [InlineData("refuses the query", false, 6)]
    [InlineData("refuses the key", true, 5)]
    [InlineData("is over our limit", false, 6)]
    [InlineData("is busy", true, 6)]
    [InlineData("is busy", false, 5)]
    public async Task ScoreAsync_FirstRefusesFiveTimes_CountsWhereTheCallerIsNotToBlame(string what, bool isHurried, int asked)
    {
        ScriptedScorer first = ScriptedScorer.Throwing(new RelevanceScoringException($"It {what}.")
        {
            IsRequestFault = what == "refuses the query",
            IsRateLimited = what == "is over our limit",
            IsTransient = what is "is busy" or "is over our limit",
        });
        using var chain = new ChainRelevanceScorer([new ChainLink("first", first), new ChainLink("second", _second)], _logger, _time)
        {
            UsualTimeout = TimeSpan.FromSeconds(2),
        };
        for (int i = 0; i < 6; i++)
        {
            await chain.ScoreAsync("query", Documents, isHurried ? new RelevanceScoringOptions { Timeout = TimeSpan.FromMilliseconds(20) } : TwoSeconds);
        }

        Assert.Equal(asked, first.Calls);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task ScoreAsync_AllRefuse_IsTheFaultOfTheRequestWhereAllSaySo(bool secondToo, bool expected)
    {
        ScriptedScorer first = ScriptedScorer.Throwing(new RelevanceScoringException("The query is too long.") { IsRequestFault = true });
        ScriptedScorer second = ScriptedScorer.Throwing(new RelevanceScoringException("The query is refused.") { IsRequestFault = secondToo });

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => Chain(first, second).ScoreAsync("query", Documents));

        Assert.Equal(expected, exception.IsRequestFault);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocal_PassesHostedScorersOver()
    {
        var hosted = new ScriptedScorer("hosted-1", isHosted: true);

        RelevanceScores scores = await Chain(hosted, _second).ScoreAsync("query", Documents, new RelevanceScoringOptions { KeepLocal = true });

        Assert.Equal("second", scores.ScorerName);
        Assert.Equal([new ScoringAttempt("first", ScoringAttemptReason.KeptLocal, null, TimeSpan.Zero)], scores.FailedAttempts);
        Assert.Empty(hosted.Seen);
        Assert.True(_second.LastOptions?.KeepLocal);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocalAndNothingKnownAboutAScorer_PassesItOver()
    {
        var unknown = new FunctionScorer((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)), metadata: null);

        RelevanceScores scores = await Chain(unknown, _second).ScoreAsync("query", Documents, new RelevanceScoringOptions { KeepLocal = true });

        Assert.Equal("second", scores.ScorerName);
        Assert.Equal(0, unknown.Calls);
    }

    [Fact]
    public async Task ScoreAsync_FailedAttempts_AreCountedByScorerAndReason()
    {
        using var probe = new TelemetryProbe();
        using var chain = new ChainRelevanceScorer(
            [new ChainLink("first", ScriptedScorer.Throwing(new HttpRequestException())), new ChainLink("second", _second)],
            _logger,
            _time,
            probe.MeterFactory);

        await chain.ScoreAsync("query", Documents);

        Assert.Equal(["1 {attempt} reranking.scorer=first reranking.reason=scorer_failed"], probe.Of("reranking.attempts.failed"));
    }

    [Fact]
    public void Dispose_Chain_DisposesEveryScorer()
    {
        var first = new ScriptedScorer();

        Chain(first, _second).Dispose();

        Assert.Equal((1, 1), (first.Disposals, _second.Disposals));
    }

    [Fact]
    public void Dispose_ScorersThatFail_DisposesTheOthersAndThrows()
    {
        var failure = new InvalidOperationException("It does not end.");
        var first = new ScriptedScorer { OnDispose = () => throw failure };

        AggregateException exception = Assert.Throws<AggregateException>(Chain(first, _second).Dispose);

        Assert.Same(failure, Assert.Single(exception.InnerExceptions));
        Assert.Equal(1, _second.Disposals);
    }

    private ChainRelevanceScorer Chain(IRelevanceScorer first, IRelevanceScorer second) =>
        new([new ChainLink("first", first), new ChainLink("second", second)], _logger, _time);
}

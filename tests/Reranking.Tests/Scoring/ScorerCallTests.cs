using Microsoft.Extensions.Time.Testing;
using Reranking.Composition;
using Reranking.Live;
using Reranking.Scoring;

namespace Reranking.Tests;

public class ScorerCallTests
{
    private static readonly string[] Documents = ["0.1", "0.3", "0.2"];

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedScorer _scorer = ScriptedScorer.Throwing(new HttpRequestException());

    [Fact]
    public async Task RerankAsync_ScorerFailedFiveTimes_IsNotCalledForHalfAMinute()
    {
        var reranker = new Reranker(Named(_scorer), timeProvider: _time);
        await RerankAsync(reranker, times: 5);

        RerankingResult<string> result = await reranker.RerankAsync("query", Documents);

        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.ScorerFailed, 5), (result.Outcome, result.Reason, _scorer.Calls));
        Assert.Equal(
            "scripted-1 was not called, because it failed several times in a row. It is tried again after a break; its failures before say what to change.",
            Assert.IsType<RelevanceScoringException>(result.Failure).Message);
        Assert.Equal([ScoringAttemptReason.CircuitOpen], result.FailedAttempts.Select(attempt => attempt.Reason));
        _time.Advance(TimeSpan.FromSeconds(30));
        _scorer.Script = null;
        Assert.Equal(RerankingOutcome.Reranked, (await reranker.RerankAsync("query", Documents)).Outcome);
    }

    [Fact]
    public async Task RerankAsync_ScorerNoticesItsDeadlineBeforeTheCallDoes_WasTooSlow()
    {
        var clock = new LateTimers();
        _scorer.Script = (_, _) =>
        {
            clock.Elapsed += TimeSpan.FromSeconds(10);
            throw new RelevanceScoringException("It took too long.");
        };

        RerankingResult<string> result = await new Reranker(_scorer, timeProvider: clock)
            .RerankAsync("query", Documents, new RerankingOptions { Timeout = TimeSpan.FromSeconds(10) });

        Assert.Equal(RerankingReason.Timeout, result.Reason);
        Assert.IsType<TimeoutException>(result.Failure);
    }

    [Fact]
    public async Task ScoreAsync_TimeoutLongerThanATimerTakes_IsAsGoodAsNone()
    {
        _scorer.Script = null;
        using var chain = new ChainRelevanceScorer([_scorer, new ScriptedScorer()]);

        Assert.Equal(3, (await chain.ScoreAsync("query", Documents, new RelevanceScoringOptions { Timeout = TimeSpan.MaxValue })).Count);
    }

    [Fact]
    public async Task RerankAsync_ScorerWithoutABreaker_IsAlwaysCalled()
    {
        await RerankAsync(new Reranker(_scorer, timeProvider: _time), times: 7);

        Assert.Equal(7, _scorer.Calls);
    }

    [Theory]
    [InlineData(4.9, false)]
    [InlineData(5, true)]   // half of the ten seconds that a call usually has
    public async Task RerankAsync_LateFiveTimes_CountsIfItHadHalfOfTheUsualTime(double seconds, bool counts)
    {
        _scorer.Script = (_, _) => new TaskCompletionSource<RelevanceScores>().Task;
        var reranker = new Reranker(Named(_scorer), timeProvider: _time);
        for (int i = 0; i < 6; i++)
        {
            Task call = reranker.RerankAsync("query", Documents, new RerankingOptions { Timeout = TimeSpan.FromSeconds(seconds) });
            _time.Advance(TimeSpan.FromSeconds(seconds));
            await call;
        }

        Assert.Equal(counts ? 5 : 6, _scorer.Calls);
    }

    [Fact]
    public async Task RerankAsync_RerankerAndChainOfOneScorer_ShareItsBreaker()
    {
        NamedRelevanceScorer named = Named(_scorer);
        await RerankAsync(new Reranker(named, timeProvider: _time), times: 5);
        var chain = new ChainRelevanceScorer([named, new ScriptedScorer("second-1")], timeProvider: _time);

        RelevanceScores scores = await chain.ScoreAsync("query", Documents);

        Assert.Equal([ScoringAttemptReason.CircuitOpen], scores.FailedAttempts.Select(attempt => attempt.Reason));
        Assert.Equal(5, _scorer.Calls);
    }

    [Fact]
    public async Task RerankAsync_FirstOfAChainFails_OpensNoCircuitOfTheChain()
    {
        var second = new ScriptedScorer("second-1");
        var reranker = new Reranker(new ChainRelevanceScorer([Named(_scorer), second], timeProvider: _time), timeProvider: _time);

        await RerankAsync(reranker, times: 7);

        Assert.Equal((5, 7), (_scorer.Calls, second.Calls));
    }

    [Fact]
    public async Task ScoreAsync_StageOfACascadeFailedFiveTimes_IsNotCalled()
    {
        using var cascade = new CascadeRelevanceScorer(
            [new CascadeStage("fast", new ScriptedScorer("fast-1"), 2), new CascadeStage("strong", Named(_scorer))], timeProvider: _time);
        for (int i = 0; i < 5; i++)
        {
            await cascade.ScoreAsync("query", Documents);
        }

        RelevanceScores scores = await cascade.ScoreAsync("query", Documents);

        Assert.Equal(("fast-1", 5), (scores.ModelId, _scorer.Calls));
        Assert.Equal([ScoringAttemptReason.CircuitOpen], scores.FailedAttempts.Select(attempt => attempt.Reason));
    }

    [Fact]
    public async Task RerankAsync_HostedScorerFailedFiveTimes_LeavesTheLocalOneToTextsThatMustStay()
    {
        var local = new ScriptedScorer("local-1");
        var residency = new DataResidencyRelevanceScorer(Named(_scorer), Named(local));
        var reranker = new Reranker(residency, timeProvider: _time);
        await RerankAsync(reranker, times: 6);

        var call = new ScorerCall("residency", residency, _time);
        (RelevanceScores? scores, _) = await call.TryAsync("query", Documents, new RelevanceScoringOptions { KeepLocal = true }, CancellationToken.None);

        Assert.Equal(("local-1", 5, 1), (scores?.ModelId, _scorer.Calls, local.Calls));
    }

    [Fact]
    public async Task TryAsync_NoTimeLeft_DoesNotCallTheScorer()
    {
        (RelevanceScores? scores, ScoringAttempt? failed) = await new ScorerCall("a", _scorer, _time) { Timeout = TimeSpan.Zero }
            .TryAsync("query", Documents, options: null, CancellationToken.None);

        Assert.Null(scores);
        Assert.Equal(
            (ScoringAttemptReason.Timeout, "No time was left for a to score 3 documents. Raise Reranking:Timeout or lower Reranking:CandidateCount."),
            (failed?.Reason, failed?.Failure?.Message));
        Assert.Equal(0, _scorer.Calls);
    }

    [Theory]
    [InlineData("succeeds")]
    [InlineData("fails")]
    [InlineData("is canceled")]
    public async Task TryAsync_CallFromBeforeTheCircuitOpenedEndsDuringAProbe_LetsNoSecondProbeIn(string end)
    {
        var calls = new HeldCalls(_time);
        Held stale = calls.Start();
        calls.Open();
        Held probe = calls.Start();

        await stale.EndAsync(end);

        Assert.True(await calls.Start().IsRefusedAsync());
        await probe.EndAsync("succeeds");
        Assert.Null((await calls.Start().EndAsync("succeeds")).Failed);
    }

    [Theory]
    [InlineData("succeeds")]
    [InlineData("fails")]
    [InlineData("is canceled")]
    public async Task TryAsync_CallFromBeforeTheCircuitOpenedEndsWhileItIsOpen_ChangesNothing(string end)
    {
        var calls = new HeldCalls(_time);
        Held stale = calls.Start();
        calls.Open(elapsed: 29);

        await stale.EndAsync(end);

        Assert.True(await calls.Start().IsRefusedAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await calls.Start().EndAsync("succeeds")).Failed);
    }

    [Theory]
    [InlineData("succeeds")]
    [InlineData("fails")]
    [InlineData("is canceled")]
    public async Task TryAsync_CallFromBeforeTheCircuitOpenedEndsAfterItClosed_DoesNotCount(string end)
    {
        var calls = new HeldCalls(_time);
        Held stale = calls.Start();
        calls.Open();
        await calls.Start().EndAsync("succeeds");
        for (int i = 1; i < 5; i++)
        {
            Assert.Equal(ScoringAttemptReason.Failed, (await calls.Start().EndAsync("fails")).Failed?.Reason);
        }

        await stale.EndAsync(end);

        Assert.Equal(ScoringAttemptReason.Failed, (await calls.Start().EndAsync("fails")).Failed?.Reason);
        Assert.True(await calls.Start().IsRefusedAsync());
    }

    private NamedRelevanceScorer Named(IRelevanceScorer scorer) => NamedScorer.Create("named", scorer, timeProvider: _time);

    private static async Task RerankAsync(Reranker reranker, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await reranker.RerankAsync("query", Documents);
        }
    }

    /// <summary>Calls of one scorer with a breaker, each of which ends when and how a test says.</summary>
    private sealed class HeldCalls
    {
        private readonly FakeTimeProvider _time;
        private readonly ScriptedScorer _scorer = new();
        private readonly CircuitBreaker _breaker;
        private TaskCompletionSource<RelevanceScores> _next = new();

        public HeldCalls(FakeTimeProvider time)
        {
            (_time, _breaker) = (time, new CircuitBreaker(time));
            _scorer.Script = (_, _) => _next.Task;
        }

        public Held Start()
        {
            _next = new TaskCompletionSource<RelevanceScores>();
            var cancellation = new CancellationTokenSource();
            return new Held(
                new ScorerCall("a", _scorer, _time) { CircuitBreaker = _breaker }.TryAsync("query", Documents, options: null, cancellation.Token),
                _next,
                cancellation,
                _scorer.Numbers(Documents));
        }

        /// <summary>Fails until the circuit opens, and lets some of the break of half a minute pass.</summary>
        public void Open(double elapsed = 30)
        {
            for (int i = 0; i < 5; i++)
            {
                Start().Answer.SetException(new HttpRequestException());
            }

            _time.Advance(TimeSpan.FromSeconds(elapsed));
        }
    }

    private sealed record Held(
        Task<(RelevanceScores? Scores, ScoringAttempt? Failed)> Result,
        TaskCompletionSource<RelevanceScores> Answer,
        CancellationTokenSource Cancellation,
        RelevanceScores Scores)
    {
        /// <summary>Returns whether the circuit was open; a call that was let in has not ended yet.</summary>
        public async Task<bool> IsRefusedAsync() => Result.IsCompleted && (await Result).Failed?.Reason == ScoringAttemptReason.CircuitOpen;

        public async Task<(RelevanceScores? Scores, ScoringAttempt? Failed)> EndAsync(string end)
        {
            switch (end)
            {
                case "succeeds":
                    Answer.SetResult(Scores);
                    break;
                case "fails":
                    Answer.SetException(new HttpRequestException());
                    break;
                default:
                    await Cancellation.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Result);
                    return default;
            }

            return await Result;
        }
    }

    // Time passes, and no timer has noticed yet.
    private sealed class LateTimers : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}

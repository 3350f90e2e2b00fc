using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public class RerankerFailureTests
{
    private static readonly string[] Documents = ["0.1", "0.2", "0.3"];

    private readonly FakeTimeProvider _time = new();

    /// <summary>The ways in which a scorer fails: what it does, and what the failure is.</summary>
    public static IReadOnlyDictionary<string, Failing> Kinds { get; } = new Dictionary<string, Failing>
    {
        ["throws"] = new(
            (_, _) => throw new InvalidOperationException("It fails."),
            RerankingReason.ScorerFailed, typeof(InvalidOperationException), "It fails."),
        ["throws later"] = new(
            async (_, _) =>
            {
                await Task.Yield();
                throw new HttpRequestException("No connection.");
            },
            RerankingReason.ScorerFailed, typeof(HttpRequestException), "No connection."),
        ["cancels by itself"] = new(
            (_, _) => throw new OperationCanceledException("Nobody asked for it."),
            RerankingReason.ScorerFailed, typeof(RelevanceScoringException),
            "numbers-1 canceled the scoring of 3 documents by itself; expected scores. Check the timeouts of its own."),
        ["cancels by itself later"] = new(
            async (_, _) =>
            {
                await Task.Yield();
                throw new TaskCanceledException("The request took too long.", new TimeoutException());
            },
            RerankingReason.ScorerFailed, typeof(RelevanceScoringException),
            "numbers-1 canceled the scoring of 3 documents by itself; expected scores. Check the timeouts of its own."),
        ["gives a canceled task"] = new(
            (_, _) => Task.FromCanceled<RelevanceScores>(new CancellationToken(canceled: true)),
            RerankingReason.ScorerFailed, typeof(RelevanceScoringException),
            "numbers-1 canceled the scoring of 3 documents by itself; expected scores. Check the timeouts of its own."),
        ["gives no scores"] = new(
            (_, _) => Task.FromResult<RelevanceScores>(null!),
            RerankingReason.InvalidScores, typeof(RelevanceScoringException), "Expected 3 scores for 3 documents, but numbers-1 returned null."),
        ["gives no task"] = new((_, _) => null!, RerankingReason.ScorerFailed, typeof(NullReferenceException), null),
        ["gives too few scores"] = Gives("Expected 3 scores for 3 documents, but numbers-1 returned 2.", new(0.1, 1), new(0.2, 2)),
        ["gives too many scores"] = Gives("Expected 3 scores for 3 documents, but numbers-1 returned 4.", default, default, default, default),
        ["gives no number"] = Gives(
            "Expected a score that is a number, but numbers-1 returned NaN for all of 3 documents.",
            RelevanceScore.Unscored,
            new(0.5, double.NaN),
            RelevanceScore.Unscored),
        ["gives a raw score of infinity"] = GivesOne(1, double.PositiveInfinity),
        ["gives a raw score of minus infinity"] = GivesOne(0, double.NegativeInfinity),
        ["gives a score of NaN"] = GivesOne(double.NaN, 0),
        ["gives a score above 1"] = GivesOne(1.5, 1.5),
        ["gives a score below 0"] = GivesOne(-0.5, -0.5),
        ["obeys the timeout"] = TakesTooLong(
            (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token)
                .ContinueWith<RelevanceScores>(_ => throw new OperationCanceledException(token), TaskScheduler.Default)),
        ["ignores the timeout"] = TakesTooLong((_, _) => new TaskCompletionSource<RelevanceScores>().Task),
        ["throws at the timeout"] = TakesTooLong((time, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            throw new InvalidOperationException("The run was ended.");
        }),
        ["gives what it has at the timeout"] = TakesTooLong((time, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return Task.FromResult(RelevanceScores.Empty);
        }),
    };

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    [Theory]
    [InlineData("alone", true)]
    [InlineData("first stage", true)]
    [InlineData("all of a chain", true)]
    [InlineData("first of a chain", false)]
    [InlineData("last stage", false)]
    public async Task RerankAsync_ScorerThatIsNotSetUp_IsThrownAndNoFallback(string what, bool throws)
    {
        var failure = new RelevanceScoringException("The model is not installed.") { IsSetupFault = true };
        IRelevanceScorer broken = ScriptedScorer.Throwing(failure);
        using IRelevanceScorer scorer = what switch
        {
            "alone" => broken,
            "all of a chain" => new ChainRelevanceScorer([broken, ScriptedScorer.Throwing(failure)]),
            "first of a chain" => new ChainRelevanceScorer([broken, new ScriptedScorer()]),
            "first stage" => new CascadeRelevanceScorer([new CascadeStage("one", broken, 2), new CascadeStage("two", new ScriptedScorer(), 2)]),
            _ => new CascadeRelevanceScorer([new CascadeStage("one", new ScriptedScorer(), 2), new CascadeStage("two", broken, 2)]),
        };
        var reranker = new Reranker(scorer, new RerankingOptions { OnFailure = RerankingFailureMode.Fallback });

        if (throws)
        {
            var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => reranker.RerankAsync("query", ["0.1", "0.3"]));
            Assert.True(exception.IsSetupFault);
        }
        else
        {
            Assert.Equal(RerankingOutcome.Reranked, (await reranker.RerankAsync("query", ["0.1", "0.3"])).Outcome);
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public async Task RerankAsync_ScorerFails_FallsBackToTheFirstStageOrder(string kind)
    {
        Failing failing = Kinds[kind];
        Task<RerankingResult<string>> call = CreateReranker(failing, RerankingFailureMode.Fallback).RerankAsync("query", Documents);
        PassTimeout(failing);

        RerankingResult<string> result = await call;

        Assert.Equal([new("0.1", 0, null), new("0.2", 1, null)], result.Ranking);
        Assert.Equal(RerankingOutcome.FellBack, result.Outcome);
        Assert.Equal(failing.Reason, result.Reason);
        Assert.IsType(failing.ExceptionType, result.Failure);
        Assert.Equal(failing.Message ?? result.Failure.Message, result.Failure.Message);
        Assert.Same(FunctionScorer.NumberMetadata, result.ScorerMetadata);
        Assert.Equal(0, result.ScoredCount);
        Assert.Null(result.ModelId);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public async Task RerankAsync_ScorerFailsInThrowMode_Throws(string kind)
    {
        Failing failing = Kinds[kind];
        Task<RerankingResult<string>> call = CreateReranker(failing, RerankingFailureMode.Throw).RerankAsync("query", Documents);
        PassTimeout(failing);

        Exception exception = await Assert.ThrowsAsync(failing.ExceptionType, () => call);

        Assert.Equal(failing.Message ?? exception.Message, exception.Message);
        Assert.False(call.IsCanceled);
    }

    [Fact]
    public async Task RerankAsync_ScorerCancelsByItself_IsTransientAndKeepsTheCause()
    {
        var cause = new TaskCanceledException();
        var reranker = new Reranker(new FunctionScorer((_, _, _) => throw cause));

        var failure = Assert.IsType<RelevanceScoringException>((await reranker.RerankAsync("query", Documents)).Failure);

        Assert.True(failure.IsTransient);
        Assert.Same(cause, failure.InnerException);
        Assert.StartsWith("FunctionScorer canceled the scoring", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RerankAsync_MetadataWithoutModel_NamesTheProvider()
    {
        var reranker = new Reranker(
            new FunctionScorer((_, _, _) => Task.FromResult(RelevanceScores.Empty), new RelevanceScorerMetadata { ProviderName = "onnx" }));

        Assert.Equal("Expected 3 scores for 3 documents, but onnx returned 0.", (await reranker.RerankAsync("query", Documents)).Failure?.Message);
    }

    [Fact]
    public async Task RerankAsync_ScorerFailsWithMinScore_FallsBackWithoutTheThreshold()
    {
        var reranker = new Reranker(new FunctionScorer((_, _, _) => throw new InvalidOperationException()), new RerankingOptions { MinScore = 1 });

        Assert.Equal(3, (await reranker.RerankAsync("query", Documents)).Ranking.Count);
    }

    [Fact]
    public async Task RerankAsync_BeforeTheTimeout_Waits()
    {
        var scoring = new TaskCompletionSource<RelevanceScores>();
        Task<RerankingResult<string>> call = CreateReranker(new((_, _) => scoring.Task, default, typeof(object), null), RerankingFailureMode.Throw)
            .RerankAsync("query", Documents);
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.False(call.IsCompleted);
        scoring.SetResult(FunctionScorer.Numbers(Documents));

        Assert.Equal(RerankingOutcome.Reranked, (await call).Outcome);
    }

    [Fact]
    public async Task RerankAsync_InfiniteTimeout_Waits()
    {
        var scoring = new TaskCompletionSource<RelevanceScores>();
        var reranker = new Reranker(
            new FunctionScorer((_, _, _) => scoring.Task), new RerankingOptions { Timeout = Timeout.InfiniteTimeSpan }, timeProvider: _time);
        Task<RerankingResult<string>> call = reranker.RerankAsync("query", Documents);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.False(call.IsCompleted);
        scoring.SetResult(FunctionScorer.Numbers(Documents));

        Assert.Equal(RerankingOutcome.Reranked, (await call).Outcome);
    }

    [Fact]
    public async Task RerankAsync_TimeoutOfTheCall_CountsInsteadOfTheDefault()
    {
        var reranker = new Reranker(new FunctionScorer((_, _, _) => new TaskCompletionSource<RelevanceScores>().Task), timeProvider: _time);
        Task<RerankingResult<string>> call = reranker.RerankAsync("query", Documents, new RerankingOptions { Timeout = TimeSpan.FromSeconds(1) });
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(RerankingReason.Timeout, (await call).Reason);
    }

    [Fact]
    public async Task RerankAsync_Timeout_CancelsTheTokenOfTheScorer()
    {
        CancellationToken seen = default;
        var reranker = new Reranker(
            new FunctionScorer((_, _, token) =>
            {
                seen = token;
                return new TaskCompletionSource<RelevanceScores>().Task;
            }),
            timeProvider: _time);
        Task<RerankingResult<string>> call = reranker.RerankAsync("query", Documents);
        Assert.False(seen.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(10));
        await call;

        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task RerankAsync_ScorerFailsAfterItWasLeftBehind_IsNeverUnobserved()
    {
        List<string> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, args) =>
            unobserved.AddRange(args.Exception.InnerExceptions.Select(inner => inner.Message));
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            await LeaveBehindAsync("left behind by a timeout", cancels: false);
            await LeaveBehindAsync("left behind by its caller", cancels: true);
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }

        Assert.DoesNotContain(unobserved, message => message.StartsWith("left behind", StringComparison.Ordinal));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task LeaveBehindAsync(string message, bool cancels)
    {
        using var source = new CancellationTokenSource();
        var scoring = new TaskCompletionSource<RelevanceScores>();
        Task<RerankingResult<string>> call = new Reranker(new FunctionScorer((_, _, _) => scoring.Task), timeProvider: _time)
            .RerankAsync("query", Documents, cancellationToken: source.Token);
        if (cancels)
        {
            await source.CancelAsync();
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        scoring.SetException(new InvalidOperationException(message));
    }

    // Only where it counts: the clock must not overtake a scorer that fails on another thread.
    private void PassTimeout(Failing failing)
    {
        if (failing.Reason == RerankingReason.Timeout)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private Reranker CreateReranker(Failing failing, RerankingFailureMode onFailure) => new(
        new FunctionScorer((_, _, token) => failing.Score(_time, token), FunctionScorer.NumberMetadata),
        new RerankingOptions { TopN = 2, OnFailure = onFailure },
        timeProvider: _time);

    private static Failing Gives(string message, params RelevanceScore[] scores) =>
        new((_, _) => Task.FromResult(new RelevanceScores(scores)), RerankingReason.InvalidScores, typeof(RelevanceScoringException), message);

    private static Failing GivesOne(double score, double rawScore) => Gives(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Expected finite raw scores and scores from 0 to 1, but numbers-1 returned the raw score {rawScore} and the score {score} for document 2."),
        new(0, -3), new(1, 3), new(score, rawScore));

    private static Failing TakesTooLong(Func<FakeTimeProvider, CancellationToken, Task<RelevanceScores>> score) => new(
        score, RerankingReason.Timeout, typeof(TimeoutException),
        "numbers-1 took longer than 00:00:10 for 3 documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.");

    public sealed record Failing(
        Func<FakeTimeProvider, CancellationToken, Task<RelevanceScores>> Score, RerankingReason Reason, Type ExceptionType, string? Message);
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

/// <summary>Many calls at once: a document is scored by one of them, and what happens to that one is not the others' concern.</summary>
public sealed class CachingConcurrencyTests : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CachingConcurrencyTests()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        _services = services.BuildServiceProvider();
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task ScoreAsync_FiftyEqualRequests_ScoreEachDocumentOnce()
    {
        using PairScorer inner = Blocked();
        using CachingRelevanceScorer scorer = Create(inner);
        string[] documents = [.. Enumerable.Range(0, 2_000).Select(i => $"document {i}")];

        Task<RelevanceScores>[] calls = [.. Enumerable.Range(0, 50).Select(_ => Task.Run(() => scorer.ScoreAsync("q", documents)))];
        await _entered.Task;
        _release.SetResult();

        Assert.All(await Task.WhenAll(calls), scores => Assert.Equal(PairScorer.Scores("q", documents), scores));
        Assert.Equal(documents, Assert.Single(inner.Seen));
    }

    [Fact]
    public async Task ScoreAsync_OverlappingRequests_ScoreEachDocumentOnce()
    {
        using var inner = new PairScorer { Before = async (_, _) => await Task.Yield() };
        using CachingRelevanceScorer scorer = Create(inner);
        var random = new Random(7);
        string[][] requests = [.. Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, 15).Select(_ => $"document {random.Next(40)}").ToArray())];

        RelevanceScores[] answers = await Task.WhenAll(requests.Select(documents => Task.Run(() => scorer.ScoreAsync("q", documents))));

        Assert.All(answers, (scores, i) => Assert.Equal(PairScorer.Scores("q", requests[i]), scores));
        Assert.Equal(requests.SelectMany(documents => documents).Distinct().Order(), inner.Seen.SelectMany(documents => documents).Order());
    }

    [Fact]
    public async Task ScoreAsync_DocumentUnderWay_IsWaitedForWhileTheOthersAreScored()
    {
        using PairScorer inner = Blocked();
        using CachingRelevanceScorer scorer = Create(inner);
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a", "b"]);
        await _entered.Task;

        Task<RelevanceScores> second = scorer.ScoreAsync("q", ["b", "c"]);
        await scorer.ScoreAsync("q", ["c"]);

        Assert.False(second.IsCompleted);
        _release.SetResult();
        Assert.Equal(PairScorer.Scores("q", "b", "c"), await second);
        Assert.Equal(PairScorer.Scores("q", "a", "b"), await first);
        Assert.Equal([["a", "b"], ["c"]], inner.Seen);
    }

    [Fact]
    public async Task ScoreAsync_FirstCallerLeaves_OneOfTheOthersScores()
    {
        using PairScorer inner = Blocked();
        using CachingRelevanceScorer scorer = Create(inner);
        using var leaving = new CancellationTokenSource();
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a", "b"], options: null, leaving.Token);
        await _entered.Task;
        Task<RelevanceScores>[] others = [.. Enumerable.Range(0, 20).Select(_ => scorer.ScoreAsync("q", ["a", "b"]))];

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.All(await Task.WhenAll(others), scores => Assert.Equal(PairScorer.Scores("q", "a", "b"), scores));
        Assert.Equal([["a", "b"], ["a", "b"]], inner.Seen);
    }

    [Fact]
    public async Task ScoreAsync_FirstCallerLeavesAScorerThatIgnoresItsToken_OneOfTheOthersScores()
    {
        using var inner = new PairScorer
        {
            Before = (call, _) =>
            {
                _entered.TrySetResult();
                return call > 1 ? Task.CompletedTask : _release.Task;
            },
        };
        using CachingRelevanceScorer scorer = Create(inner);
        using var leaving = new CancellationTokenSource();
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a", "b"], options: null, leaving.Token);
        await _entered.Task;
        Task<RelevanceScores> other = scorer.ScoreAsync("q", ["a", "b"]);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(PairScorer.Scores("q", "a", "b"), await other);
        _release.SetResult();
    }

    [Fact]
    public async Task ScoreAsync_WaitedForACallThatFails_PassesOnWhatIsLeftOfTheTime()
    {
        var clock = new FakeTimeProvider();
        using PairScorer pairs = Blocked();
        using var inner = new TimeoutRecorder(pairs);
        using var scorer = new CachingRelevanceScorer(
            inner, _services.GetRequiredService<HybridCache>(), new() { CacheTimeout = TimeSpan.FromDays(1) }, timeProvider: clock);
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a"]);
        await _entered.Task;
        Task<RelevanceScores> second = scorer.ScoreAsync("q", ["a"], new RelevanceScoringOptions { Timeout = TimeSpan.FromSeconds(10) });

        clock.Advance(TimeSpan.FromSeconds(8));
        _release.SetException(new RelevanceScoringException("It fails."));

        await Assert.ThrowsAsync<RelevanceScoringException>(() => first);
        Assert.Equal(PairScorer.Scores("q", "a"), await second);
        Assert.Equal([null, TimeSpan.FromSeconds(2)], inner.Timeouts);
    }

    [Fact]
    public async Task ScoreAsync_FirstCallFails_TheOthersScoreForThemselves()
    {
        using PairScorer inner = Blocked();
        using CachingRelevanceScorer scorer = Create(inner);
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a", "b"]);
        await _entered.Task;
        Task<RelevanceScores>[] others = [.. Enumerable.Range(0, 5).Select(_ => scorer.ScoreAsync("q", ["b", "a"]))];

        _release.SetException(new RelevanceScoringException("It fails."));

        await Assert.ThrowsAsync<RelevanceScoringException>(() => first);
        Assert.All(await Task.WhenAll(others), scores => Assert.Equal(PairScorer.Scores("q", "b", "a"), scores));
        Assert.Equal(PairScorer.Scores("q", "a"), await scorer.ScoreAsync("q", ["a"]));
        Assert.InRange(inner.Seen.Count(), 2, 6);
    }

    [Fact]
    public async Task ScoreAsync_ScorerFailsEveryCall_NobodyWaitsForTheFailuresOfTheOthers()
    {
        int under = 0;
        var allIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var inner = new PairScorer
        {
            Before = async (call, _) =>
            {
                if (call == 1)
                {
                    _entered.SetResult();
                    await _release.Task;
                }
                else
                {
                    // Ends only when all the others are in at once: one after the other, they would wait for ever.
                    if (Interlocked.Increment(ref under) == 5)
                    {
                        allIn.SetResult();
                    }

                    await allIn.Task;
                }

                throw new RelevanceScoringException("It fails.");
            },
        };
        using CachingRelevanceScorer scorer = Create(inner);
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a"]);
        await _entered.Task;
        Task<RelevanceScores>[] others = [.. Enumerable.Range(0, 5).Select(_ => scorer.ScoreAsync("q", ["a"]))];
        _release.SetResult();

        await Assert.ThrowsAsync<RelevanceScoringException>(() => first);
        foreach (Task<RelevanceScores> other in others)
        {
            await Assert.ThrowsAsync<RelevanceScoringException>(() => other);
        }

        Assert.Equal(6, inner.Seen.Count());
    }

    [Fact]
    public async Task ScoreAsync_WaitingCallerLeaves_TheFirstGoesOn()
    {
        using PairScorer inner = Blocked();
        using CachingRelevanceScorer scorer = Create(inner);
        using var leaving = new CancellationTokenSource();
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a"]);
        await _entered.Task;
        Task<RelevanceScores> waiting = scorer.ScoreAsync("q", ["a"], options: null, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _release.SetResult();
        Assert.Equal(PairScorer.Scores("q", "a"), await first);
    }

    [Fact]
    public async Task ScoreAsync_SomeUnderWay_ScoresItsOwnBeforeItWaits()
    {
        var secondIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var inner = new PairScorer
        {
            Before = (call, _) =>
            {
                (call == 1 ? _entered : secondIn).SetResult();
                return secondIn.Task;
            },
        };
        using CachingRelevanceScorer scorer = Create(inner);
        Task<RelevanceScores> first = scorer.ScoreAsync("q", ["a", "c"]);
        await _entered.Task;

        // The first goes on only when the second has begun: two calls that need documents of each other must not wait for ever.
        Task<RelevanceScores> second = scorer.ScoreAsync("q", ["c", "b", "a"]);

        Assert.Equal(PairScorer.Scores("q", "a", "c"), await first);
        Assert.Equal(PairScorer.Scores("q", "c", "b", "a"), await second);
        Assert.Equal([["a", "c"], ["b"]], inner.Seen);
    }

    private PairScorer Blocked() => new()
    {
        Before = (call, token) =>
        {
            if (call > 1)
            {
                return Task.CompletedTask;
            }

            _entered.SetResult();
            return _release.Task.WaitAsync(token);
        },
    };

    private CachingRelevanceScorer Create(PairScorer inner) =>
        new(inner, _services.GetRequiredService<HybridCache>(), new() { CacheTimeout = TimeSpan.FromDays(1) });

    private sealed class TimeoutRecorder(IRelevanceScorer inner) : DelegatingRelevanceScorer(inner)
    {
        private readonly ConcurrentQueue<TimeSpan?> _timeouts = [];

        public IEnumerable<TimeSpan?> Timeouts => _timeouts;

        public override Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
        {
            _timeouts.Enqueue(options?.Timeout);
            return base.ScoreAsync(query, documents, options, cancellationToken);
        }
    }
}

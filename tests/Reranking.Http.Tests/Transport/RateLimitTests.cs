using System.Threading.RateLimiting;
using Reranking.Http.Transport;

namespace Reranking.Http.Tests;

public sealed class RateLimitTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly SignalingClock _clock = new();

    [Fact]
    public async Task ScoreAsync_MoreRequestsThanAMinuteTakes_WaitForTheirTurn()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(
            server, options => (options.RequestsPerMinute, options.Timeout) = (2, TimeSpan.FromMinutes(5)), _clock);
        await scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await scorer.ScoreAsync("what?", ["zero"]);

        Task<RelevanceScores> third = scorer.ScoreAsync("what?", ["zero"]);
        await _clock.WaitForTimerAsync(wait => wait == TimeSpan.FromSeconds(40));
        Assert.Equal(2, server.Requests.Count);
        _clock.Advance(TimeSpan.FromSeconds(40));

        Assert.Single(await third);
    }

    [Fact]
    public async Task ScoreAsync_TurnBeyondTheDeadline_FailsAtOnce()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.RequestsPerMinute = 1, _clock);
        await scorer.ScoreAsync("what?", ["zero"]);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"cohere at {server.Authority} was not called: " +
            "HttpScorerOptions:RequestsPerMinute allows the next request in 00:01:00, which is too late for this call.",
            exception.Message);
        Assert.True(exception.IsTransient);
        Assert.True(exception.IsRateLimited);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_TurnBeyondTheTimeOfTheCall_FailsAtOnce()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.RequestsPerMinute = 1, _clock);
        await scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(TimeSpan.FromSeconds(40));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { Timeout = TimeSpan.FromSeconds(19) }));

        Assert.Equal(
            $"cohere at {server.Authority} was not called: " +
            "HttpScorerOptions:RequestsPerMinute allows the next request in 00:00:20, which is too late for this call.",
            exception.Message);
    }

    [Fact]
    public async Task ScoreAsync_Retries_CountAsRequests()
    {
        await using var server = new StubServer(StubResponse.Of(429, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.RequestsPerMinute = 1, _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(await _clock.WaitForTimerAsync(static wait => wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(0.76)));
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scoring);

        Assert.Equal($"cohere at {server.Authority} failed, and HttpScorerOptions:RequestsPerMinute allows no other attempt in time.", exception.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task AcquireAsync_AnyMinute_HoldsNoMoreThanTheLimit()
    {
        var limiter = new RequestRateLimiter(3, _clock);
        List<double> sent = [];
        for (int second = 0; second < 300; second += 7)
        {
            if ((await limiter.AcquireAsync(TimeSpan.Zero, isBackground: false, CancellationToken.None)).IsAcquired)
            {
                sent.Add(second);
            }

            _clock.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.Equal([0, 7, 14, 63, 70, 77, 126, 133, 140, 189, 196, 203, 252, 259, 266], sent);
    }

    [Fact]
    public async Task AcquireAsync_SeveralWait_TakeTurnsInOrder()
    {
        var limiter = new RequestRateLimiter(1, _clock);
        await limiter.AcquireAsync(TimeSpan.Zero, isBackground: false, CancellationToken.None);

        Task<RequestLease> second = limiter.AcquireAsync(TimeSpan.FromHours(1), isBackground: false, CancellationToken.None).AsTask();
        Task<RequestLease> third = limiter.AcquireAsync(TimeSpan.FromHours(1), isBackground: false, CancellationToken.None).AsTask();
        _clock.Advance(Minute);
        Assert.True((await second).IsAcquired);
        Assert.False(third.IsCompleted);
        _clock.Advance(Minute);

        Assert.True((await third).IsAcquired);
    }

    [Fact]
    public async Task AcquireAsync_CanceledWaitsBeforeAnotherOne_LeaveTheTurnsInOrder()
    {
        var limiter = new RequestRateLimiter(2, _clock);
        await AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        await AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        Task<RequestLease>[] left = [AcquireAsync(Minute, leaving.Token), AcquireAsync(Minute, leaving.Token)];
        Task<RequestLease> late = AcquireAsync(2 * Minute, CancellationToken.None);   // at 120 s
        await leaving.CancelAsync();
        await Task.WhenAll(left.Select(wait => Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait)));

        _clock.Advance(Minute);
        Assert.True((await AcquireAsync(TimeSpan.Zero, CancellationToken.None)).IsAcquired);   // at 60 s
        _clock.Advance(TimeSpan.FromSeconds(1));
        Task<RequestLease> next = AcquireAsync(TimeSpan.FromSeconds(59), CancellationToken.None);   // at 120 s, too
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.True((await next).IsAcquired);
        Assert.True((await late).IsAcquired);

        Task<RequestLease> AcquireAsync(TimeSpan longestWait, CancellationToken token) =>
            limiter.AcquireAsync(longestWait, isBackground: false, token).AsTask();
    }

    [Fact]
    public async Task AcquireAsync_CanceledWait_GivesItsTurnBack()
    {
        var limiter = new RequestRateLimiter(1, _clock);
        await limiter.AcquireAsync(TimeSpan.Zero, isBackground: false, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        Task<RequestLease> canceled = limiter.AcquireAsync(TimeSpan.FromHours(1), isBackground: false, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);

        RequestLease refused = await limiter.AcquireAsync(TimeSpan.FromSeconds(59), isBackground: false, CancellationToken.None);

        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait));
        Assert.Equal(Minute, wait);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public async Task AcquireAsync_Background_NeverWaitsAndLeavesHalfOfAnyMinute(int limit, int granted)
    {
        var limiter = new RequestRateLimiter(limit, _clock);
        for (int minute = 0; minute < 2; minute++)
        {
            Assert.Equal(granted, await CountAsync(isBackground: true));
            Assert.Equal(limit - granted, await CountAsync(isBackground: false));
            Assert.Equal(0, await CountAsync(isBackground: true));
            _clock.Advance(Minute);
        }

        async Task<int> CountAsync(bool isBackground)
        {
            int count = 0;
            for (int i = 0; i <= limit; i++)
            {
                RequestLease permit = await limiter.AcquireAsync(isBackground ? TimeSpan.FromHours(1) : TimeSpan.Zero, isBackground, CancellationToken.None);
                count += permit.IsAcquired ? 1 : 0;
            }

            return count;
        }
    }

    [Fact]
    public async Task ScoreAsync_BackgroundCallBeyondItsHalf_FailsAtOnceAndLeavesTheRestToOthers()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.RequestsPerMinute = 2, _clock);
        var background = new RelevanceScoringOptions { IsBackground = true };
        await scorer.ScoreAsync("what?", ["zero"], background);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"], background));

        Assert.Equal(
            $"cohere at {server.Authority} was not called: " +
            "half of HttpScorerOptions:RequestsPerMinute is reserved for calls that somebody waits for, and this one runs in the background.",
            exception.Message);
        Assert.True(exception.IsTransient);
        Assert.True(exception.IsRateLimited);
        Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));
        Assert.Equal(2, server.Requests.Count);
    }
}

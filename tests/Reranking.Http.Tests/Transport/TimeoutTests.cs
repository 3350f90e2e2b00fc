namespace Reranking.Http.Tests;

public sealed class TimeoutTests
{
    private readonly SignalingClock _clock = new();

    [Fact]
    public async Task ScoreAsync_TryWithoutAResponse_IsTriedAgain()
    {
        await using var server = new StubServer(StubResponse.Silence, TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await server.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        _clock.Advance(await _clock.WaitForTimerAsync(wait => wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(1)));

        Assert.Single(await scoring);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ScoreAsync_LastTryWithoutAResponse_IsATransientFailure()
    {
        await using var server = new StubServer(StubResponse.Silence);
        using HttpRelevanceScorer scorer = TestScorers.Create(
            server, options => (options.MaxRetries, options.AttemptTimeout) = (0, TimeSpan.FromSeconds(3)), _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await server.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));

        await AssertFailsAsync(
            scoring, $"cohere at {server.Authority} did not begin to answer within 00:00:03. Raise HttpScorerOptions:AttemptTimeout, or send fewer documents.");
    }

    [Fact]
    public async Task ScoreAsync_TimeoutBelowTheAttempts_IsTheOneThatIsNamed()
    {
        await using var server = new StubServer(StubResponse.Silence);
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Timeout = TimeSpan.FromSeconds(1), _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await server.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));

        await AssertFailsAsync(
            scoring, $"cohere at {server.Authority} did not answer within 00:00:01. Raise HttpScorerOptions:Timeout, or send fewer documents.");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_SlowBody_EndsAtTheTotalTimeout()
    {
        await using var server = new StubServer(StubResponse.Partial("""{"results":[""", hangUp: false));
        using var handler = new SignalingHandler();
        using var client = new HttpClient(handler);
        using var scorer = new HttpRelevanceScorer(TestScorers.Options(server), client, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await handler.Headers;
        _clock.Advance(TimeSpan.FromSeconds(30));

        await AssertFailsAsync(
            scoring, $"cohere at {server.Authority} did not answer within 00:00:30. Raise HttpScorerOptions:Timeout, or send fewer documents.");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_ErrorWhoseBodyNeverEnds_IsReportedByItsStatus()
    {
        await using var server = new StubServer(StubResponse.Partial("""{"message":""", status: 401, hangUp: false));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await _clock.WaitForTimerAsync(static wait => wait == TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scoring);
        Assert.StartsWith($"cohere at {server.Authority} returned 401", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
    }

    [Fact]
    public async Task ScoreAsync_TimeoutOfTheCall_GoesBeforeTheOptions()
    {
        await using var server = new StubServer(StubResponse.Silence);
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { Timeout = TimeSpan.FromSeconds(2) });
        await server.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));

        await AssertFailsAsync(scoring, $"cohere at {server.Authority} did not answer within the 00:00:02 that the call had left.");
    }

    [Fact]
    public async Task ScoreAsync_NoTimeLeft_SendsNothing()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        await AssertFailsAsync(
            scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { Timeout = TimeSpan.Zero }),
            $"cohere at {server.Authority} was not called: the call has 00:00:00 left; expected more than zero.");
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task ScoreAsync_TimeoutOfAGivenClient_IsAFailureAndNoCancellation()
    {
        await using var server = new StubServer(StubResponse.Silence);
        using var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(50) };
        using var scorer = new HttpRelevanceScorer(TestScorers.Options(server), client, timeProvider: _clock);

        await AssertFailsAsync(
            scorer.ScoreAsync("what?", ["zero"]),
            $"The HttpClient canceled the request to cohere at {server.Authority}. Raise its Timeout above HttpScorerOptions:Timeout.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_CanceledByTheCaller_ThrowsItsTokenAndClosesTheConnection(bool inTheBody)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new StubServer(_ => new StubResponse(async (stream, stop) =>
        {
            if (inTheBody)
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), stop);
            }

            arrived.SetResult();
            try
            {
                while (await stream.ReadAsync(new byte[1], stop) > 0)
                {
                }
            }
            catch (IOException)
            {
                // reset is closed too
            }

            closed.SetResult();
            return false;
        }));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);
        using var cancellation = new CancellationTokenSource();

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"], cancellationToken: cancellation.Token);
        await arrived.Task;
        await cancellation.CancelAsync();

        Assert.Equal(cancellation.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring)).CancellationToken);
        await closed.Task;
        Assert.Single(server.Requests);
    }

    private static async Task AssertFailsAsync(Task scoring, string message)
    {
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scoring);
        Assert.Equal(message, exception.Message);
        Assert.True(exception.IsTransient);
    }
}

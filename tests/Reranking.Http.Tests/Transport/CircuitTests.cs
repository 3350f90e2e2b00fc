namespace Reranking.Http.Tests;

public sealed class CircuitTests
{
    private readonly SignallingClock _clock = new();

    [Fact]
    public async Task ScoreAsync_TenFailures_OpenTheCircuitForAWhile()
    {
        int broken = 1;
        await using var server = new StubServer(_ => Volatile.Read(ref broken) == 1 ? StubResponse.Of(500) : TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.MaxRetries = 0, _clock);
        await FailTenTimesAsync(scorer);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));
        Assert.Equal($"cohere at {server.Authority} was not called: most of the latest requests failed, and its circuit is open for a while.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Equal(10, server.Requests.Count);

        Volatile.Write(ref broken, 0);
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    public async Task ScoreAsync_ResponsesOfAServerThatWorks_DoNotOpenIt(int status)
    {
        await using var server = new StubServer(StubResponse.Of(status));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.MaxRetries = 0, _clock);
        await FailTenTimesAsync(scorer);

        await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(11, server.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ScoreAsync_HangingServer_OpensItUnlessTheCallerWent(bool isCanceled)
    {
        await using var server = new StubServer(StubResponse.Silence);
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);
        for (int i = 0; i < 10; i++)
        {
            await HangAsync();
        }

        if (isCanceled)
        {
            await HangAsync();
            Assert.Equal(11, server.Requests.Count);
        }
        else
        {
            var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));
            Assert.Equal($"cohere at {server.Authority} was not called: most of the latest requests failed, and its circuit is open for a while.", exception.Message);
        }

        async Task HangAsync()
        {
            using var cancellation = new CancellationTokenSource();
            Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { Timeout = TimeSpan.FromSeconds(1) }, cancellation.Token);
            await server.NextAsync();
            if (isCanceled)
            {
                await cancellation.CancelAsync();
            }
            else
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(isCanceled, await Record.ExceptionAsync(() => scoring) is OperationCanceledException);
        }
    }

    [Fact]
    public async Task ScoreAsync_RefusedByTheCircuit_TakesNothingFromTheRateLimit()
    {
        int broken = 1;
        await using var server = new StubServer(_ => Volatile.Read(ref broken) == 1 ? StubResponse.Of(500) : TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.MaxRetries, options.RequestsPerMinute) = (0, 11), _clock);
        await FailTenTimesAsync(scorer);
        await FailTenTimesAsync(scorer);
        Assert.Equal(10, server.Requests.Count);

        Volatile.Write(ref broken, 0);
        _clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));
    }

    private static async Task FailTenTimesAsync(HttpRelevanceScorer scorer)
    {
        for (int i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Reranking.Http.Tests;

/// <summary>Which failures of a hosted API open the circuit that the callers of its scorer share.</summary>
public sealed class CircuitTests
{
    private const int Threshold = 5;
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    private readonly SignalingClock _clock = new();

    [Theory]
    [InlineData(500)]
    [InlineData(401)]
    [InlineData(429)]
    public async Task ScoreAsync_FiveFailuresInARow_OpenTheCircuitForAWhile(int status)
    {
        int broken = 1;
        await using var server = new StubServer(_ => Volatile.Read(ref broken) == 1 ? StubResponse.Of(status) : TestScorers.Scores(0.5));
        using ChainRelevanceScorer chain = Chain(TestScorers.Create(server, options => options.MaxRetries = 0, _clock));
        for (int i = 0; i < Threshold; i++)
        {
            Assert.Equal(ScoringAttemptReason.Failed, (await FailAsync(chain)).Reason);
        }

        Assert.Equal(ScoringAttemptReason.CircuitOpen, (await FailAsync(chain)).Reason);
        Assert.Equal(Threshold, server.Requests.Count);

        Volatile.Write(ref broken, 0);
        _clock.Advance(Break);
        Assert.Single(await chain.ScoreAsync("what?", ["zero"]));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task ScoreAsync_RefusedQueriesOrDocuments_DoNotOpenIt(int status)
    {
        await using var server = new StubServer(StubResponse.Of(status));
        using ChainRelevanceScorer chain = Chain(
            TestScorers.Create(server, options => (options.MaxRetries, options.OversizedDocuments) = (0, OversizedDocuments.Fail), _clock));
        for (int i = 0; i <= Threshold; i++)
        {
            Assert.Equal(ScoringAttemptReason.Failed, (await FailAsync(chain)).Reason);
        }

        Assert.Equal(Threshold + 1, server.Requests.Count);
    }

    [Fact]
    public async Task ScoreAsync_RefusalsByTheOwnRateLimit_DoNotOpenIt()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ChainRelevanceScorer chain = Chain(TestScorers.Create(server, options => options.RequestsPerMinute = 1, _clock));
        await chain.ScoreAsync("what?", ["zero"]);
        for (int i = 0; i <= Threshold; i++)
        {
            Assert.True(Assert.IsType<RelevanceScoringException>((await FailAsync(chain)).Failure).IsRateLimited);
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(await chain.ScoreAsync("what?", ["zero"]));
    }

    /// <summary>The server is broken, although the rate limit is what ends the call.</summary>
    [Fact]
    public async Task ScoreAsync_RetryThatTheOwnRateLimitRefuses_CountsAsAFailure()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.RequestsPerMinute = 1, _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(await _clock.WaitForTimerAsync(static wait => wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(0.76)));
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scoring);

        Assert.Equal($"cohere at {server.Authority} failed, and HttpScorerOptions:RequestsPerMinute allows no other attempt in time.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.False(exception.IsRateLimited);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ScoreAsync_HangingServer_OpensItUnlessTheCallerLeft(bool isCanceled)
    {
        await using var server = new StubServer(StubResponse.Silence);
        using ChainRelevanceScorer chain = Chain(TestScorers.Create(server, timeProvider: _clock));
        for (int i = 0; i < Threshold; i++)
        {
            await HangAsync();
        }

        if (isCanceled)
        {
            await HangAsync();
            Assert.Equal(Threshold + 1, server.Requests.Count);
        }
        else
        {
            Assert.Equal(ScoringAttemptReason.CircuitOpen, (await FailAsync(chain)).Reason);
        }

        async Task HangAsync()
        {
            using var cancellation = new CancellationTokenSource();
            var options = new RelevanceScoringOptions { Timeout = TimeSpan.FromSeconds(8) };
            Task<RelevanceScores> scoring = chain.ScoreAsync("what?", ["zero"], options, cancellation.Token);
            await server.NextAsync();
            if (isCanceled)
            {
                await cancellation.CancelAsync();
            }
            else
            {
                _clock.Advance(TimeSpan.FromSeconds(8));
            }

            Assert.Equal(isCanceled, await Record.ExceptionAsync(() => scoring) is OperationCanceledException);
        }
    }

    [Fact]
    public async Task ScoreAsync_RefusedByTheCircuit_TakesNothingFromTheRateLimit()
    {
        int broken = 1;
        await using var server = new StubServer(_ => Volatile.Read(ref broken) == 1 ? StubResponse.Of(500) : TestScorers.Scores(0.5));
        using ChainRelevanceScorer chain = Chain(
            TestScorers.Create(server, options => (options.MaxRetries, options.RequestsPerMinute) = (0, Threshold + 1), _clock));
        for (int i = 0; i < 2 * Threshold; i++)
        {
            await FailAsync(chain);
        }

        Assert.Equal(Threshold, server.Requests.Count);

        Volatile.Write(ref broken, 0);
        _clock.Advance(Break);
        Assert.Single(await chain.ScoreAsync("what?", ["zero"]));
    }

    [Fact]
    public async Task RerankAsync_OneHostedScorer_HasACircuitToo()
    {
        await using var server = new StubServer(StubResponse.Of(500));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddReranking().AddCohere(options => (options.Endpoint, options.Model, options.MaxRetries) = (server.Endpoint, "m", 0));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var reranker = provider.GetRequiredService<Reranker>();

        for (int i = 0; i < 2 * Threshold; i++)
        {
            Assert.Equal(RerankingReason.ScorerFailed, (await reranker.RerankAsync("what?", ["zero", "one"])).Reason);
        }

        Assert.Equal(Threshold, server.Requests.Count);
    }

    /// <summary>Callers whose deadline is below the usual do not close a hosted scorer to others, however they call it.</summary>
    [Theory]
    [InlineData("chain")]
    [InlineData("cascade")]
    [InlineData("reranker")]
    [InlineData("reranker of the configuration")]
    public async Task ScoreAsync_ImpatientCallers_DoNotOpenIt(string route)
    {
        int isSlow = 1;
        await using var server = new StubServer(_ => Volatile.Read(ref isSlow) == 1 ? StubResponse.Silence : TestScorers.Scores(0.5, 0.25));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddReranking().AddCohere(options => (options.Endpoint, options.Model) = (server.Endpoint, "m"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpRelevanceScorer own = TestScorers.Create(server, timeProvider: _clock);
        using ChainRelevanceScorer chain = Chain(own);
        using var cascade = new CascadeRelevanceScorer([new CascadeStage("hosted", own)], timeProvider: _clock);
        string[] documents = ["zero", "one"];
        var options = new RelevanceScoringOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        for (int i = 0; i < 12; i++)
        {
            Task call = route switch
            {
                "chain" => chain.ScoreAsync("what?", documents, options),
                "cascade" => cascade.ScoreAsync("what?", documents, options),
                "reranker" => new Reranker(chain, timeProvider: _clock).RerankAsync("what?", documents,
                    new RerankingOptions { Timeout = options.Timeout!.Value }),
                _ => provider.GetRequiredService<Reranker>().RerankAsync("what?", documents, new RerankingOptions { Timeout = options.Timeout!.Value }),
            };
            await server.NextAsync();
            _clock.Advance(options.Timeout.Value);
            await Record.ExceptionAsync(() => call);
        }

        Volatile.Write(ref isSlow, 0);
        Assert.Equal(2, (route switch
        {
            "chain" or "reranker" => await chain.ScoreAsync("what?", documents),
            "cascade" => await cascade.ScoreAsync("what?", documents),
            _ => await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", documents),
        }).Count);
        if (route == "reranker of the configuration")
        {
            Assert.Equal(RerankingOutcome.Reranked, (await provider.GetRequiredService<Reranker>().RerankAsync("what?", documents)).Outcome);
        }
    }

    [Fact]
    public async Task ScoreAsync_CircuitBreakerInTheClient_IsATransientFailure()
    {
        using var client = new HttpClient(new OpenCircuit());
        using var scorer = new HttpRelevanceScorer(new() { Endpoint = new Uri("http://127.0.0.1:9"), Model = "m" }, client);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal("cohere at 127.0.0.1:9 was not called: a circuit breaker of its HttpClient is open.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.False(exception.IsRateLimited);
    }

    private static async Task<ScoringAttempt> FailAsync(ChainRelevanceScorer chain) =>
        Assert.Single((await Assert.ThrowsAsync<RelevanceScoringException>(() => chain.ScoreAsync("what?", ["zero"]))).FailedAttempts);

    private ChainRelevanceScorer Chain(HttpRelevanceScorer scorer) => new([scorer], timeProvider: _clock);

    private sealed class OpenCircuit : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new BrokenCircuitException();
    }
}

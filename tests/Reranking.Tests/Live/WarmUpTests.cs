using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Reranking.Scoring;

namespace Reranking.Tests;

/// <summary>What a host loads when it starts, what it says meanwhile, and what it says if that fails.</summary>
public sealed class WarmUpTests : IDisposable
{
    private const string TwoScorers = """ "Use": "a", "Scorers": { "a": { "Provider": "Scripted" }, "b": { "Provider": "Scripted" } } """;

    private static readonly string[] Documents = ["0.1", "0.3"];

    private readonly ScriptedProvider _provider = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _loading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IHost? _host;

    private FakeLogCollector Logs => _host!.Services.GetRequiredService<FakeLogCollector>();

    public void Dispose() => _host?.Dispose();

    [Fact]
    public async Task StartAsync_Default_LoadsTheScorersInUseInTheBackground()
    {
        _provider.OnCreate = (_, scorer) => LoadSlowly(scorer);

        await StartAsync($"{{ {TwoScorers} }}");

        await _loading.Task;   // while the host has started
        ScriptedScorer scorer = Assert.Single(_provider.Made);   // b only stands by
        Assert.Equal((HealthStatus.Unhealthy, "The scorers in use are still loading."), await HealthAsync());
        _loaded.SetResult();
        await WaitUntilAsync(() => scorer.IsReady);
        Assert.Equal((HealthStatus.Healthy, "The scorers in use are ready."), await HealthAsync());
        Assert.Equal((1, 0), (scorer.WarmUps, scorer.Calls));
        await _host!.StopAsync();
    }

    [Fact]
    public async Task StartAsync_BeforeStart_WaitsForTheScorers()
    {
        _provider.OnCreate = (_, scorer) => LoadSlowly(scorer);

        Task start = StartAsync($$"""{ "WarmUp": "BeforeStart", {{TwoScorers}} }""");

        await _loading.Task;
        Assert.False(start.IsCompleted);
        _loaded.SetResult();
        await start;
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task StartAsync_BeforeStartAndItDoesNotLoad_StopsTheStart()
    {
        var failure = new RelevanceScoringException("The model is damaged.") { IsSetupFault = true };
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = _ => throw failure;

        Exception exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => StartAsync($$"""{ "WarmUp": "BeforeStart", {{TwoScorers}} }"""));

        Assert.Same(failure, exception);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartAsync_OnFirstCall_LoadsNothing(bool isInCode)
    {
        _provider.OnCreate = (_, scorer) => scorer.IsReady = false;

        await StartAsync(
            isInCode ? $"{{ {TwoScorers} }}" : $$"""{ "WarmUp": "OnFirstCall", {{TwoScorers}} }""",
            builder => _ = isInCode ? builder.WarmUp(RerankingWarmUp.OnFirstCall) : builder);

        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);   // nothing else would ever call it
        await _host!.StopAsync();
        Assert.All(_provider.Made, scorer => Assert.Equal(0, scorer.WarmUps));
    }

    [Fact]
    public async Task StartAsync_ScorerThatDoesNotLoad_IsAnErrorInTheLogAndUnhealthyAndNoFallback()
    {
        var failure = new RelevanceScoringException("The model is damaged.") { IsSetupFault = true };
        _provider.OnCreate = (_, scorer) =>
        {
            scorer.IsReady = false;
            scorer.OnWarmUp = _ => throw failure;
            scorer.Script = (_, _) => throw failure;
        };

        await StartAsync($"{{ {TwoScorers} }}");

        await WaitUntilAsync(() => Logs.Count > 0);
        Assert.Equal(
            (LogLevel.Error, "A scorer in use can't be loaded; calls will fail until that is fixed.", failure),
            (Logs.LatestRecord.Level, Logs.LatestRecord.Message, Logs.LatestRecord.Exception));
        Assert.Equal((HealthStatus.Unhealthy, "A scorer in use can't be loaded."), await HealthAsync());
        Reranker reranker = _host!.Services.GetRequiredService<Reranker>();
        for (int i = 0; i < 10; i++)   // the circuit does not open, and so nothing else is said
        {
            Assert.Same(failure, await Assert.ThrowsAsync<RelevanceScoringException>(() => reranker.RerankAsync("query", Documents)));
        }
    }

    [Fact]
    public async Task StartAsync_FailureThatPasses_IsTriedAgainUntilItLoads()
    {
        int tries = 0;
        _provider.OnCreate = (_, scorer) =>
        {
            scorer.IsReady = false;
            scorer.OnWarmUp = _ =>
            {
                scorer.IsReady = ++tries == 4;
                return scorer.IsReady ? Task.CompletedTask : throw new RelevanceScoringException("The network is down.") { IsTransient = true };
            };
        };

        await StartAsync($"{{ {TwoScorers} }}");

        foreach (int seconds in (int[])[1, 2, 4])
        {
            await WaitUntilAsync(() => Logs.Count > 0);
            Assert.Equal(
                (LogLevel.Warning, $"A scorer in use is not loaded yet; it is tried again in 00:00:0{seconds}."),
                (Logs.LatestRecord.Level, Logs.LatestRecord.Message));
            Logs.Clear();
            int before = tries;
            while (tries == before)
            {
                _time.Advance(TimeSpan.FromSeconds(0.25));   // the pause may not have begun yet
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }

        await WaitUntilAsync(() => _provider.Made[0].IsReady);
        Assert.Equal((4, HealthStatus.Healthy), (tries, (await HealthAsync()).Status));
    }

    [Fact]
    public async Task StartAsync_ScorerThatCanNotBeCreated_StopsTheHost()
    {
        _provider.OnCreate = (_, _) => throw new RelevanceScoringException("There is no bundled model. Add the package Reranking.Onnx.MiniLM.");

        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => StartAsync($"{{ {TwoScorers} }}"));

        Assert.Equal(["There is no bundled model. Add the package Reranking.Onnx.MiniLM."], exception.Failures);
    }

    [Fact]
    public async Task StopAsync_WhileItLoads_CancelsTheWarmUp()
    {
        var canceled = new TaskCompletionSource();
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = async token =>
        {
            _loading.SetResult();
            token.Register(canceled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        await StartAsync($"{{ {TwoScorers} }}");
        await _loading.Task;

        await _host!.StopAsync();

        await canceled.Task;
        Assert.Equal(0, Logs.Count);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task TryAsync_LateBecauseItLoads_OpensNoCircuit(bool isReady, bool staysClosed)
    {
        var scorer = ScriptedScorer.Hanging();
        scorer.IsReady = isReady;
        var breaker = new CircuitBreaker(_time);
        for (int i = 0; i < 5; i++)
        {
            Task call = new ScorerCall("a", scorer, _time) { Timeout = TimeSpan.FromSeconds(3), CircuitBreaker = breaker }
                .TryAsync("query", Documents, options: null, CancellationToken.None);
            _time.Advance(TimeSpan.FromSeconds(3));
            await call;
        }

        Assert.Equal(staysClosed, breaker.TryEnter() is not null);
    }

    [Fact]
    public async Task RerankAsync_LateBecauseItLoads_SaysSo()
    {
        var scorer = ScriptedScorer.Hanging();
        scorer.IsReady = false;
        var reranker = new Reranker(scorer, new RerankingOptions { Timeout = TimeSpan.FromSeconds(3) }, timeProvider: _time);

        Task<RerankingResult<string>> call = reranker.RerankAsync("query", Documents);
        _time.Advance(TimeSpan.FromSeconds(3));
        RerankingResult<string> result = await call;

        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.Timeout), (result.Outcome, result.Reason));
        Assert.Equal(
            "scripted-1 was still loading its model after 00:00:03. Set Reranking:WarmUp to BeforeStart, so that a host starts with it loaded, or raise " +
            "Reranking:Timeout; without a host, await IWarmable.WarmUpAsync before the first call.",
            result.Failure!.Message);
    }

    [Fact]
    public void WarmUp_NoMember_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddReranking().WarmUp((RerankingWarmUp)9));

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private void LoadSlowly(ScriptedScorer scorer)
    {
        scorer.IsReady = false;
        scorer.OnWarmUp = async _ =>
        {
            _loading.SetResult();
            await _loaded.Task;
            scorer.IsReady = true;
        };
    }

    private async Task StartAsync(string json, Action<RerankingBuilder>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddFakeLogging(options =>
        {
            options.FilteredCategories = new HashSet<string> { "Reranking.Live.LiveReranking" };
            options.FilteredLevels = new HashSet<LogLevel> { LogLevel.Warning, LogLevel.Error };
        });
        RerankingBuilder reranking = builder.Services.AddReranking(new ChangeableConfiguration(json).Section).AddProvider(_ => _provider);
        configure?.Invoke(reranking);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task<(HealthStatus Status, string? Description)> HealthAsync()
    {
        var check = new RerankingHealthCheck(_host!.Services);
        var context = new HealthCheckContext
        {
            Registration = new HealthCheckRegistration("reranking", check, HealthStatus.Unhealthy, tags: null),
        };
        HealthCheckResult result = await check.CheckHealthAsync(context);
        return (result.Status, result.Description);
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Reranking.Http.Tests;

/// <summary>Whatever an application sets for all of its clients, the options of a scorer hold for its client.</summary>
public sealed class ClientDefaultsTests
{
    // What an application, or a template such as that of Aspire, puts on all clients. Their limits are such that each of them would show.
    private static readonly Dictionary<string, Action<IServiceCollection>> Defaults = new()
    {
        ["standard"] = services => services.ConfigureHttpClientDefaults(static http => http.AddStandardResilienceHandler(Shorten)),
        ["standard, with logging"] = services => services.ConfigureHttpClientDefaults(static http =>
        {
            http.AddStandardResilienceHandler(Shorten);
            http.AddDefaultLogger();
        }),
        ["standard, twice"] = services => services.ConfigureHttpClientDefaults(static http => http.AddStandardResilienceHandler(Shorten))
            .ConfigureHttpClientDefaults(static http => http.AddStandardResilienceHandler(Shorten)),
        ["pipeline"] = services => services.ConfigureHttpClientDefaults(static http => http.AddResilienceHandler(
            "all", static pipeline => pipeline.AddRetry(new HttpRetryStrategyOptions { Delay = TimeSpan.Zero }).AddTimeout(TimeSpan.FromSeconds(0.1)))),
        ["hedging"] = services => services.ConfigureHttpClientDefaults(static http => http.AddStandardHedgingHandler()
            .Configure(static options => options.Hedging.Delay = TimeSpan.Zero)),
        ["policy"] = services => services.ConfigureHttpClientDefaults(static http =>
            http.AddHttpMessageHandler(static () => new PolicyHttpMessageHandler())),
        ["client"] = services => services.ConfigureHttpClientDefaults(static http => http
            .ConfigureHttpClient(static client => client.Timeout = TimeSpan.FromSeconds(0.1))
            .ConfigurePrimaryHttpMessageHandler(static () => new HttpClientHandler { AllowAutoRedirect = true, UseCookies = true })),
        ["options of all"] = services => services.ConfigureAll<HttpClientFactoryOptions>(static options =>
        {
            options.HttpMessageHandlerBuilderActions.Add(static builder => builder.AdditionalHandlers.Add(new ResilienceHandler(
                new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(new HttpRetryStrategyOptions { Delay = TimeSpan.Zero })
                    .AddTimeout(TimeSpan.FromSeconds(0.1)).Build())));
            options.HttpClientActions.Add(static client => client.Timeout = TimeSpan.FromSeconds(0.1));
        }),
    };

    private static readonly string[] Orders = ["before", "after", "between"];

    public static TheoryData<string, string> Cells => [.. Defaults.Keys.SelectMany(static name => Orders.Select(order => (name, order)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task MaxRetries_OfTheOptions_Holds(string defaults, string order)
    {
        await using var server = new StubServer(StubResponse.Of(503));
        await using ServiceProvider none = Provider(defaults, order, server, options => options.MaxRetries = 0);
        await using ServiceProvider one = Provider(defaults, order, server, options => options.MaxRetries = 1);

        await FailAsync(none);
        Assert.Single(server.Requests);
        await FailAsync(one);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task RequestsPerMinute_OfTheOptions_Holds(string defaults, string order)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        await using ServiceProvider provider = Provider(
            defaults, order, server, options => (options.RequestsPerMinute, options.Timeout) = (2, TimeSpan.FromSeconds(20)));
        var scorer = provider.GetRequiredService<IRelevanceScorer>();

        Exception?[] failures = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Record.ExceptionAsync(() => scorer.ScoreAsync("what?",
            ["zero"])).AsTask()))];

        Assert.Equal(2, failures.Count(failure => failure is null));
        Assert.All(failures.Where(failure => failure is not null), failure => Assert.True(Assert.IsType<RelevanceScoringException>(failure).IsRateLimited));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task AttemptTimeout_OfTheOptions_Holds(string defaults, string order)
    {
        await using var server = new StubServer(_ => new StubResponse(async (stream, stop) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(0.4), stop);   // longer than the defaults allow
            return await TestScorers.Scores(0.5).Send(stream, stop);
        }));
        await using ServiceProvider provider = Provider(
            defaults, order, server, options => (options.Timeout, options.AttemptTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(50)));

        Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task CircuitBreaker_OfTheDefaults_DoesNotOpen(string defaults, string order)
    {
        int calls = 0;
        await using var server = new StubServer(_ => Interlocked.Increment(ref calls) <= 4 ? StubResponse.Of(503) : TestScorers.Scores(0.5));
        await using ServiceProvider provider = Provider(defaults, order, server, options => options.MaxRetries = 0);
        for (int i = 0; i < 4; i++)
        {
            await FailAsync(provider);
        }

        Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Redirect_ToAnotherHost_IsNotFollowed(string defaults, string order)
    {
        await using var other = new StubServer(TestScorers.Scores(0.5));
        await using var server = new StubServer(StubResponse.Of(307, headers: $"Location: {other.Address}/\r\n"));
        await using ServiceProvider provider = Provider(defaults, order, server, static _ => { });

        await FailAsync(provider);

        Assert.Equal(0, other.Accepted);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("between")]
    public async Task ServiceDiscoveryAndLoggingHandler_Stay(string order)
    {
        await using var server = new StubServer(StubResponse.Of(503), TestScorers.Scores(0.5));
        var log = new ConcurrentQueue<string>();
        await using ServiceProvider provider = Provider(
            services =>
            {
                services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
                    .AddInMemoryCollection(new Dictionary<string, string?> { ["Services:reranker:http:0"] = server.Address }).Build());
                services.AddServiceDiscovery();
                services.ConfigureHttpClientDefaults(http =>
                {
                    http.AddStandardResilienceHandler(Shorten);
                    http.AddServiceDiscovery();
                    http.AddHttpMessageHandler(() => new LoggingHandler(log));
                });
            },
            order,
            options => (options.Endpoint, options.AllowInsecureHttp, options.Model, options.ApiKey, options.MaxRetries) =
                (new Uri("http://reranker"), true, "m", "k", 1));

        Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Equal(2, server.Requests.Count);
        Assert.Equal([503, 200], log.Select(int.Parse));   // each attempt, inside the retries
    }

    [Fact]
    public async Task ConfigureClient_ResilienceOfItsOwn_HoldsInPlaceOfOurs()
    {
        await using var server = new StubServer(StubResponse.Of(503));
#pragma warning disable EXTEXP0001 // the method is for evaluation
        await using ServiceProvider provider = Provider(
            Defaults["standard"],
            "after",
            options => (options.Endpoint, options.Model, options.MaxRetries) = (server.Endpoint, "m", 0),
            client => client.RemoveAllResilienceHandlers().AddResilienceHandler("mine", static pipeline => pipeline.AddRetry(
                new HttpRetryStrategyOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero, UseJitter = false, BackoffType = DelayBackoffType.Constant })));
#pragma warning restore EXTEXP0001

        await FailAsync(provider);

        Assert.Equal(2, server.Requests.Count);
    }

    private static void Shorten(HttpStandardResilienceOptions options)
    {
        options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(0.1);
        options.Retry.Delay = TimeSpan.Zero;
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(30);
        options.CircuitBreaker.MinimumThroughput = 2;
    }

    private static ServiceProvider Provider(string defaults, string order, StubServer server, Action<HttpScorerOptions> configure) =>
        Provider(Defaults[defaults], order, options =>
        {
            (options.Endpoint, options.Model) = (server.Endpoint, "m");
            configure(options);
        });

    private static ServiceProvider Provider(
        Action<IServiceCollection> defaults, string order, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        if (order == "before")
        {
            defaults(services);
        }

        RerankingBuilder builder = services.AddReranking().AddHttp("mine", configure, configureClient);
        if (order == "between")
        {
            defaults(services);
        }

        builder.AddHttp("other", static options => (options.Endpoint, options.Model) = (new Uri("http://localhost:9"), "n")).Use("mine");
        if (order == "after")
        {
            defaults(services);
        }

        return services.BuildServiceProvider();
    }

    private static Task<RelevanceScoringException> FailAsync(ServiceProvider provider) =>
        Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

    private sealed class LoggingHandler(ConcurrentQueue<string> log) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            log.Enqueue($"{(int)response.StatusCode}");
            return response;
        }
    }
}

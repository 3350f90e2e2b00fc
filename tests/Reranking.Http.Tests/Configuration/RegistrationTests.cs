using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using Reranking.Http.Configuration;
using Reranking.Http.DependencyInjection;

namespace Reranking.Http.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddHttp_WithSection_ReadsEveryKey()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        var options = new HttpScorerOptions();

        IReadOnlyList<string> failures = HttpScorerSettings.Apply(
            Section(
                ("Endpoint", server.Address), ("ApiKey", "k-123"), ("Model", "m-1"), ("MaxDocumentsPerRequest", "7"), ("MaxConcurrency", "2"),
                ("Timeout", "00:00:20"), ("AttemptTimeout", "00:00:05"), ("MaxRetries", "1"), ("RequestsPerMinute", "60"),
                ("MaxTokensPerDocument", ""), ("ScoreKind", "Cosine"), ("AllowInsecureHttp", "true"), ("DataStaysLocal", "True")),
            options);

        Assert.Empty(failures);
        Assert.Equivalent(
            new
            {
                Endpoint = server.Endpoint,
                ApiKey = "k-123",
                Model = "m-1",
                MaxDocumentsPerRequest = 7,
                MaxConcurrency = 2,
                Timeout = TimeSpan.FromSeconds(20),
                AttemptTimeout = TimeSpan.FromSeconds(5),
                MaxRetries = 1,
                RequestsPerMinute = 60,
                MaxTokensPerDocument = (int?)null,
                ScoreKind = HttpScoreKind.Cosine,
                AllowInsecureHttp = true,
                DataStaysLocal = true,
            },
            options);
    }

    [Theory]
    [InlineData("Cohere", "v2/rerank")]
    [InlineData("jina", "v1/rerank")]
    [InlineData("Mixedbread", "v1/reranking")]
    [InlineData("TEI", "rerank")]
    [InlineData("TextEmbeddingsInference", "rerank")]
    [InlineData("Vllm", "v1/rerank")]
    [InlineData("LlamaCpp", "v1/rerank")]
    public async Task AddHttp_ProviderOfASection_IsTheApi(string providerName, string path)
    {
        await using var server = new StubServer(StubResponse.Of(401));
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Reranking:Scorers:hosted:Provider"] = providerName,
            ["Reranking:Scorers:hosted:Endpoint"] = server.Address,
            ["Reranking:Scorers:hosted:Model"] = "m",
        }).Build();
        using ServiceProvider provider = Provider(services => services.AddReranking(configuration.GetSection("Reranking")).AddHttp());

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.StartsWith($"POST /{path} ", Assert.Single(server.Requests).Line, StringComparison.Ordinal);
        Assert.EndsWith("Check Reranking:Scorers:hosted:ApiKey.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddHttp_ScorerInCodeAndProviders_RegistersTheProvidersInAnyOrder(bool isScorerFirst)
    {
        using ServiceProvider provider = Provider(services =>
        {
            RerankingBuilder builder = services.AddReranking(new ConfigurationBuilder().Build().GetSection("Reranking"));
            _ = isScorerFirst
                ? builder.AddHttp("mine", static _ => { }).AddHttp().AddCohere()
                : builder.AddHttp().AddCohere().AddHttp("mine", static _ => { });
        });

        Assert.Equal(HttpScorerProvider.Names, provider.GetServices<RelevanceScorerProvider>().Select(static known => known.Name));
    }

    [Fact]
    public async Task AddHttp_BadSection_StopsTheHostWithItsKeys()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Reranking:Scorers:mine:Provider"] = "Cohere",
            ["Reranking:Scorers:mine:Dialect"] = "Jina",
            ["Reranking:Scorers:mine:MaxRetries"] = "many",
            ["Reranking:Scorers:mine:Timeout"] = "00:00:10",
            ["Reranking:Scorers:mine:DataStaysLocal"] = "maybe",
            ["Reranking:Scorers:mine:ScoreKind"] = "1",
            ["Reranking:Scorers:mine:MaxConcurrency"] = "0",
            ["Reranking:Scorers:mine:Model"] = "m",
        }).Build().GetSection("Reranking")).AddCohere();
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        string[] failures = [.. exception.Failures];
        Assert.StartsWith(
            "Reranking:Scorers:mine:Dialect is not a setting of the provider Cohere; expected one of AdditionalProperties, AllowInsecureHttp, ",
            failures[0],
            StringComparison.Ordinal);
        Assert.Equal(
            [
                "Reranking:Scorers:mine:ScoreKind is '1'; expected Probability, Logit, Cosine.",
                "Reranking:Scorers:mine:MaxRetries is 'many'; expected a whole number.",
                "Reranking:Scorers:mine:DataStaysLocal is 'maybe'; expected true or false.",
                "Reranking:Scorers:mine:MaxConcurrency is 0; expected 1 to 64.",
                "Reranking:Scorers:mine:ApiKey is not set; expected the key of the API. Set Reranking__Scorers__mine__ApiKey in the environment, or use user "
                    + "secrets, which a host reads only if its environment is Development.",
            ],
            failures[1..]);
    }

    [Fact]
    public async Task AddHttp_BadOptionsInCode_StopTheHostWithTheirNames()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking().AddCohere(options => (options.Model, options.MaxConcurrency) = ("m", 0));
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            ["HttpScorerOptions:MaxConcurrency is 0; expected 1 to 64.", "HttpScorerOptions:ApiKey is not set; expected the key of the API."],
            exception.Failures);
    }

    [Fact]
    public async Task AddCohere_Two_AreKeptApart()
    {
        await using var one = new StubServer(TestScorers.Scores(0.25));
        await using var two = new StubServer(StubResponse.Of(401));
        using ServiceProvider provider = Provider(services =>
        {
            services.AddReranking()
                .AddCohere("one", options => (options.Endpoint, options.ApiKey, options.Model) = (one.Endpoint, "k-1", "m-1"))
                .AddCohere("two", options => (options.Endpoint, options.ApiKey, options.Model) = (two.Endpoint, "k-2", "m-2"))
                .Use("one");
        });

        Assert.Equal(0.25, Assert.Single(await provider.GetRequiredKeyedService<IRelevanceScorer>("one").ScoreAsync("what?", ["zero"])).RawValue);
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => provider.GetRequiredKeyedService<IRelevanceScorer>("two").ScoreAsync("what?", ["zero"]));

        Assert.EndsWith("Check HttpScorerOptions:ApiKey.", exception.Message, StringComparison.Ordinal);
        Assert.Equal("Bearer k-1", Assert.Single(one.Requests).Headers["Authorization"]);
        Assert.Equal("Bearer k-2", Assert.Single(two.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task AddCohere_Resilience_IsTheOptions()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"));
        using ServiceProvider provider = Provider(services =>
        {
            // Two scorers share the client: nothing is retried twice over.
            services.AddReranking()
                .AddCohere("mine", options => (options.Endpoint, options.Model, options.MaxRetries) = (server.Endpoint, "m", 2))
                .AddCohere("other", options => (options.Endpoint, options.Model) = (server.Endpoint, "n"))
                .Use("mine");
        });

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.True(exception.IsTransient);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task AddCohere_ConfigureClient_AddsHandlersInsideTheRetries()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
        using ServiceProvider provider = Provider(services => services.AddReranking().AddCohere(
            options => (options.Endpoint, options.Model) = (server.Endpoint, "m"),
            client => client.ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Mine", "1")).AddHttpMessageHandler(() => new CountingHandler())));

        await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]);

        Assert.Equal(["1", "2"], server.Requests.Select(request => request.Headers["X-Count"]));
        Assert.All(server.Requests, request => Assert.Equal("1", request.Headers["X-Mine"]));
    }

    [Fact]
    public async Task AddCohere_ConfigureClient_MayTakeTheResilienceOut()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
#pragma warning disable EXTEXP0001 // the method is for evaluation
        using ServiceProvider provider = Provider(services => services.AddReranking().AddCohere(
            options => (options.Endpoint, options.Model) = (server.Endpoint, "m"), client => client.RemoveAllResilienceHandlers()));
#pragma warning restore EXTEXP0001

        await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task AddCohere_Redirect_IsRefusedByTheRegisteredClientToo()
    {
        await using var other = new StubServer(TestScorers.Scores(0.5));
        await using var server = new StubServer(StubResponse.Of(307, headers: $"Location: {other.Address}/\r\n"));
        using ServiceProvider provider = Provider(
            services => services.AddReranking().AddCohere(options => (options.Endpoint, options.Model) = (server.Endpoint, "m")));

        await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Equal(0, other.Accepted);
    }

    [Fact]
    public void AddHttp_Client_RenewsConnectionsAndNotHandlers()
    {
        const string name = HttpScorerFactory.ClientName;
        using ServiceProvider provider = Provider(services => services.AddReranking().AddHttp(_ => { }));

        HttpMessageHandler handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler!;
        }

        var sockets = Assert.IsType<SocketsHttpHandler>(handler);
        Assert.Equal((TimeSpan.FromMinutes(2), false, false), (sockets.PooledConnectionLifetime, sockets.AllowAutoRedirect, sockets.UseCookies));
        Assert.Equal(Timeout.InfiniteTimeSpan, provider.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get(name).HandlerLifetime);
        // Or else it would end calls of more than 100 s.
        Assert.Equal(Timeout.InfiniteTimeSpan, provider.GetRequiredService<IHttpClientFactory>().CreateClient(name).Timeout);
    }

    private static ServiceProvider Provider(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => $"Rerank:Mine:{pair.Key}", pair => (string?)pair.Value))
            .Build()
            .GetSection("Rerank:Mine");

    private sealed class CountingHandler : DelegatingHandler
    {
        private int _count;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Remove("X-Count");
            request.Headers.Add("X-Count", (++_count).ToString(System.Globalization.CultureInfo.InvariantCulture));
            return base.SendAsync(request, cancellationToken);
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Reranking.Http.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddCohereScorer_WithSection_ReadsEveryKey()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ServiceProvider provider = Provider(services => services.AddCohereScorer(Section(
            ("Dialect", "jina"), ("Endpoint", server.Address), ("ApiKey", "k-123"), ("Model", "m-1"), ("MaxDocumentsPerRequest", "7"), ("MaxConcurrency", "2"), ("Timeout", "00:00:20"),
            ("AttemptTimeout", "00:00:05"), ("MaxRetries", "1"), ("RequestsPerMinute", "60"), ("MaxTokensPerDocument", ""), ("ScoreKind", "Cosine"), ("AllowInsecureHttp", "true"),
            ("DataStaysLocal", "True"))));

        HttpScorerOptions options = provider.GetRequiredService<IOptions<HttpScorerOptions>>().Value;
        Assert.Equivalent(
            new
            {
                Dialect = RerankApi.Jina,
                Endpoint = server.Address,
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
        Assert.Equal(0.75, Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"])).Value);
        Assert.Same(provider.GetRequiredService<IRelevanceScorer>(), provider.GetRequiredService<IRelevanceScorer>());
    }

    [Fact]
    public async Task AddCohereScorer_BadSection_StopsTheHostWithItsKeys()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCohereScorer(Section(("Dialect", "Cohre"), ("MaxRetries", "many"), ("Timeout", "soon"), ("DataStaysLocal", "maybe"), ("ScoreKind", "1"), ("MaxConcurrency", "0"), ("Model", "m")));
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "Rerank:Mine:Dialect is 'Cohre'; expected Cohere, AzureFoundry, Jina, Voyage, Mixedbread, TextEmbeddingsInference, Vllm, LlamaCpp, Pinecone.",
                "Rerank:Mine:ScoreKind is '1'; expected Probability, Logit, Cosine.",
                "Rerank:Mine:MaxRetries is 'many'; expected a whole number.",
                "Rerank:Mine:Timeout is 'soon'; expected a time such as 00:00:30.",
                "Rerank:Mine:DataStaysLocal is 'maybe'; expected true or false.",
                "Rerank:Mine:MaxConcurrency is 0; expected 1 to 64.",
                "Rerank:Mine:ApiKey is not set; expected the key of the API.",
            ],
            exception.Failures);
    }

    [Fact]
    public async Task AddKeyedCohereScorer_Two_AreKeptApart()
    {
        await using var one = new StubServer(TestScorers.Scores(0.25));
        await using var two = new StubServer(StubAnswer.Of(401));
        using ServiceProvider provider = Provider(services =>
        {
            services.AddKeyedCohereScorer("one", options => (options.Endpoint, options.ApiKey, options.Model) = (one.Address, "k-1", "m-1"));
            services.AddKeyedCohereScorer("two", Section(("Endpoint", two.Address), ("ApiKey", "k-2"), ("Model", "m-2")));
        });

        Assert.Equal(0.25, Assert.Single(await provider.GetRequiredKeyedService<IRelevanceScorer>("one").ScoreAsync("what?", ["zero"])).RawValue);
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredKeyedService<IRelevanceScorer>("two").ScoreAsync("what?", ["zero"]));

        Assert.EndsWith("Check Rerank:Mine:ApiKey.", exception.Message, StringComparison.Ordinal);   // the path that the options came from
        Assert.Equal("Bearer k-1", Assert.Single(one.Requests).Headers["Authorization"]);
        Assert.Equal("Bearer k-2", Assert.Single(two.Requests).Headers["Authorization"]);
        Assert.Null(provider.GetService<IRelevanceScorer>());
    }

    [Fact]
    public async Task AddCohereScorer_Resilience_IsTheOptions()
    {
        await using var server = new StubServer(StubAnswer.Of(500, headers: "Retry-After: 0\r\n"));
        using ServiceProvider provider = Provider(services =>
        {
            // Twice, as two libraries of one application may: the first stands, and nothing is retried twice over.
            services.AddCohereScorer(options => (options.Endpoint, options.Model, options.MaxRetries) = (server.Address, "m", 2));
            services.AddCohereScorer(_ => { });
        });

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.True(exception.IsTransient);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task AddCohereScorer_ConfigureClient_AddsHandlersInsideTheRetries()
    {
        await using var server = new StubServer(StubAnswer.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
        using ServiceProvider provider = Provider(services => services.AddCohereScorer(
            options => (options.Endpoint, options.Model) = (server.Address, "m"),
            client => client.ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Mine", "1")).AddHttpMessageHandler(() => new CountingHandler())));

        await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]);

        Assert.Equal(["1", "2"], server.Requests.Select(request => request.Headers["X-Count"]));
        Assert.All(server.Requests, request => Assert.Equal("1", request.Headers["X-Mine"]));
    }

    [Fact]
    public async Task AddCohereScorer_ConfigureClient_MayTakeTheResilienceOut()
    {
        await using var server = new StubServer(StubAnswer.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
#pragma warning disable EXTEXP0001 // the method is for evaluation
        using ServiceProvider provider = Provider(services => services.AddCohereScorer(
            options => (options.Endpoint, options.Model) = (server.Address, "m"), client => client.RemoveAllResilienceHandlers()));
#pragma warning restore EXTEXP0001

        await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task AddCohereScorer_Redirect_IsRefusedByTheRegisteredClientToo()
    {
        await using var other = new StubServer(TestScorers.Scores(0.5));
        await using var server = new StubServer(StubAnswer.Of(307, headers: $"Location: {other.Address}/\r\n"));
        using ServiceProvider provider = Provider(services => services.AddCohereScorer(options => (options.Endpoint, options.Model) = (server.Address, "m")));

        await Assert.ThrowsAsync<RelevanceScoringException>(() => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]));

        Assert.Equal(0, other.Accepted);
    }

    [Theory]
    [InlineData("Reranking.Http")]
    [InlineData("Reranking.Http:mine")]
    public void AddCohereScorer_Client_RenewsConnectionsAndNotHandlers(string name)
    {
        using ServiceProvider provider = Provider(services =>
        {
            services.AddCohereScorer(_ => { });
            services.AddKeyedCohereScorer("mine", _ => { });
        });

        HttpMessageHandler handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler!;
        }

        var sockets = Assert.IsType<SocketsHttpHandler>(handler);
        Assert.Equal((TimeSpan.FromMinutes(2), false, false), (sockets.PooledConnectionLifetime, sockets.AllowAutoRedirect, sockets.UseCookies));
        Assert.Equal(Timeout.InfiniteTimeSpan, provider.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get(name).HandlerLifetime);
        Assert.Equal(Timeout.InfiniteTimeSpan, provider.GetRequiredService<IHttpClientFactory>().CreateClient(name).Timeout);   // or else it would end calls of more than 100 s
    }

    private static ServiceProvider Provider(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(pair => $"Rerank:Mine:{pair.Key}", pair => (string?)pair.Value)).Build().GetSection("Rerank:Mine");

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

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Http.Tests;

public sealed class HttpScorerProviderTests
{
    private readonly SignalingClock _clock = new();

    [Fact]
    public void Keys_AreTheOptions()
    {
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);

        Assert.Equal("Cohere", provider.Name);
        Assert.Equal(typeof(HttpScorerOptions).GetProperties().Select(property => property.Name).Except(["Api"]).Order(), provider.Keys.Order());
    }

    [Fact]
    public void Validate_Section_NamesPathsAndLacksOnlyWhenUsed()
    {
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);

        RelevanceScorerProvider vllm = Provider(services, "Vllm");
        Assert.Empty(vllm.Validate(Section(), isUsed: false));
        Assert.Equal(
            ["Reranking:Scorers:hosted:Endpoint is not set; expected the address of the server, since the API Vllm has no default one."],
            vllm.Validate(Section(), isUsed: true));
        Assert.Equal(
            [
                "Reranking:Scorers:hosted:MaxRetries is '1.5'; expected a whole number.",
                "Reranking:Scorers:hosted:Endpoint sends texts and key unencrypted to 'example.org'; " +
                "expected https://, or Reranking:Scorers:hosted:AllowInsecureHttp to be true.",
            ],
            provider.Validate(Section(("Endpoint", "http://example.org"), ("MaxRetries", "1.5")), isUsed: false));
    }

    [Theory]
    [InlineData("my-secret-key")]
    [InlineData("rerank.example:8080/rerank")]
    [InlineData("http://")]
    public void Validate_EndpointThatIsNoAddress_IsReportedOnceAndNotEchoed(string value)
    {
        using ServiceProvider services = Services();

        Assert.Equal(
            ["Reranking:Scorers:hosted:Endpoint is not an address; expected one that begins with https://, or http:// for this machine."],
            Provider(services, "Vllm").Validate(Section(("Endpoint", value)), isUsed: true));
    }

    [Fact]
    public void Create_SettingsThatDoNotDo_Throws()
    {
        using ServiceProvider services = Services();

        var exception = Assert.Throws<RelevanceScoringException>(() => Provider(services).Create("hosted", Section(("Model", "m"))));

        Assert.Equal(
            "Reranking:Scorers:hosted:ApiKey is not set; expected the key of the API. Set Reranking__Scorers__hosted__ApiKey in the environment, or use user "
                + "secrets, which a host reads only if its environment is Development.",
            exception.Message);
    }

    [Fact]
    public async Task Create_ThousandSwaps_KeepOneConnection()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);

        for (int i = 0; i < 1_000; i++)
        {
            IConfigurationSection section = Section(
                ("Endpoint", server.Address), ("Model", "m"), ("Timeout", $"00:{i % 50:00}:30"), ("MaxRetries", $"{i % 3}"));
            using IRelevanceScorer scorer = provider.Create("hosted", section);
            Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));
        }

        Assert.Equal(1_000, server.Requests.Count);
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task Create_SwappedScorers_AreCollected()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);
        List<WeakReference> swapped = [];
        for (int i = 1; i <= 20; i++)
        {
            swapped.Add(await UseAsync(i));
        }

        for (int i = 0; i < 5 && swapped.Any(scorer => scorer.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // The latest may still be in a register or a pooled context.
        Assert.InRange(swapped.Count(scorer => scorer.IsAlive), 0, 2);

        async Task<WeakReference> UseAsync(int limit)
        {
            using IRelevanceScorer scorer = provider.Create("hosted", Section(("Endpoint", server.Address), ("Model", "m"), ("RequestsPerMinute", $"{limit}")));
            await scorer.ScoreAsync("what?", ["zero"]);
            return new WeakReference(scorer);
        }
    }

    [Fact]
    public async Task Create_SettingsOfOneScorer_DoNotReachAnother()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"));
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);
        using IRelevanceScorer once = provider.Create("once", Section(("Endpoint", server.Address), ("Model", "m"), ("MaxRetries", "0")));
        using IRelevanceScorer thrice = provider.Create("thrice", Section(("Endpoint", server.Address), ("Model", "m"), ("MaxRetries", "2")));

        await Assert.ThrowsAsync<RelevanceScoringException>(() => once.ScoreAsync("what?", ["zero"]));
        Assert.Single(server.Requests);
        Task<RelevanceScoringException> failing = Assert.ThrowsAsync<RelevanceScoringException>(() => thrice.ScoreAsync("what?", ["zero"]));
        for (int retry = 0; retry < 2; retry++)
        {
            _clock.Advance(await _clock.WaitForTimerAsync(static wait => wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(2)));
        }

        await failing;
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Create_SwapWithTheSameLimit_KeepsWhatIsUsedUp()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ServiceProvider services = Services();
        RelevanceScorerProvider provider = Provider(services);
        IConfigurationSection limited = Section(("Endpoint", server.Address), ("Model", "m"), ("RequestsPerMinute", "1"));
        using (IRelevanceScorer old = provider.Create("hosted", limited))
        {
            await old.ScoreAsync("what?", ["zero"]);
        }

        using IRelevanceScorer next = provider.Create("hosted", limited);
        await Assert.ThrowsAsync<RelevanceScoringException>(() => next.ScoreAsync("what?", ["zero"]));

        // Another name has a limit of its own, and another limit begins anew.
        using IRelevanceScorer other = provider.Create("other", limited);
        Assert.Single(await other.ScoreAsync("what?", ["zero"]));
        using IRelevanceScorer raised = provider.Create("hosted", Section(("Endpoint", server.Address), ("Model", "m"), ("RequestsPerMinute", "2")));
        Assert.Single(await raised.ScoreAsync("what?", ["zero"]));
    }

    [Fact]
    public async Task AddCohere_ConfigureClient_ChangesTheClientOfAllItsScorers()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using ServiceProvider services = Services(client => client.ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Mine", "1")));
        using IRelevanceScorer scorer = Provider(services).Create("hosted", Section(("Endpoint", server.Address), ("Model", "m")));

        await scorer.ScoreAsync("what?", ["zero"]);

        Assert.Equal("1", Assert.Single(server.Requests).Headers["X-Mine"]);
    }

    private ServiceProvider Services(Action<IHttpClientBuilder>? configureClient = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        RerankingBuilder builder = services.AddReranking(new ConfigurationBuilder().Build().GetSection("Reranking"));
        Assert.Same(builder, builder.AddCohere(configureClient));
        return services.BuildServiceProvider();
    }

    private static RelevanceScorerProvider Provider(IServiceProvider services, string name = "Cohere") =>
        services.GetServices<RelevanceScorerProvider>().Single(provider => provider.Name == name);

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => $"Reranking:Scorers:hosted:{pair.Key}", pair => (string?)pair.Value))
            .Build()
            .GetSection("Reranking:Scorers:hosted");
}

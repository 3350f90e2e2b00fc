using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public class RerankerServiceCollectionExtensionsTests
{
    private readonly ServiceCollection _services = new();

    private enum Model
    {
        Fast,
    }

    [Fact]
    public void AddReranker_NullArguments_ThrowsWithTheirNames()
    {
        IServiceCollection none = null!;
        IConfigurationSection section = Section("{}", "Reranking");

        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddReranker()).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddReranker(_ => { })).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddReranker(section)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddKeyedReranker("key")).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddKeyedReranker("key", _ => { })).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddKeyedReranker("key", section)).ParamName);
        Assert.Equal("configure", Assert.Throws<ArgumentNullException>(() => _services.AddReranker((Action<RerankingOptions>)null!)).ParamName);
        Assert.Equal("section", Assert.Throws<ArgumentNullException>(() => _services.AddReranker((IConfigurationSection)null!)).ParamName);
        Assert.Equal("configure", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedReranker("key", (Action<RerankingOptions>)null!)).ParamName);
        Assert.Equal("section", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedReranker("key", (IConfigurationSection)null!)).ParamName);
        Assert.Equal("serviceKey", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedReranker(null!)).ParamName);
        Assert.Equal("serviceKey", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedReranker(null!, _ => { })).ParamName);
        Assert.Equal("serviceKey", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedReranker(null!, section)).ParamName);
        Assert.Empty(_services);
    }

    [Fact]
    public async Task AddReranker_NoOptions_RerankWithTheDefaults()
    {
        _services.AddReranker().AddRelevanceScorer(FunctionScorer.OfNumbers());
        await using ServiceProvider provider = _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Reranker reranker = provider.GetRequiredService<Reranker>();

        Assert.Same(reranker, provider.GetRequiredService<Reranker>());
        Assert.Equivalent(new RerankingOptions(), reranker.DefaultOptions);
        Assert.Equal([1, 0], (await reranker.RerankAsync("query", ["0.1", "0.2"])).Ranking.Select(ranked => ranked.Index));
    }

    [Fact]
    public void AddReranker_Section_BindsEveryOption()
    {
        const string Json = """
            { "Reranking": { "TopN": 3, "CandidateCount": "20", "UnscoredCandidates": "Drop", "MinScore": 0.25, "Timeout": "00:00:02.5", "OnFailure": "throw",
              "EnableSensitiveData": true, "Onnx": { "ModelPath": "of another provider" } } }
            """;
        _services.AddReranker(Section(Json, "Reranking")).AddRelevanceScorer(FunctionScorer.OfNumbers());

        RerankingOptions options = Resolve().DefaultOptions;

        Assert.Equivalent(
            new RerankingOptions
            {
                TopN = 3,
                CandidateCount = 20,
                UnscoredCandidates = UnscoredCandidates.Drop,
                MinScore = 0.25,
                Timeout = TimeSpan.FromSeconds(2.5),
                OnFailure = RerankingFailureMode.Throw,
                EnableSensitiveData = true,
            },
            options,
            strict: true);
    }

    [Fact]
    public void AddReranker_SeveralTimes_AddsUpToOneReranker()
    {
        _services.AddReranker(Section("""{ "R": { "TopN": 3, "CandidateCount": 20 } }""", "R")).AddReranker(options => options.TopN = 4).AddReranker();
        _services.Configure<RerankingOptions>(options => options.MinScore = 0.5);
        _services.AddRelevanceScorer(FunctionScorer.OfNumbers());
        using ServiceProvider provider = _services.BuildServiceProvider();

        RerankingOptions options = Assert.Single(provider.GetServices<Reranker>()).DefaultOptions;

        Assert.Equal((4, 20, 0.5), (options.TopN, options.CandidateCount, options.MinScore));
    }

    [Fact]
    public async Task AddReranker_ServicesOfTheHost_AreTaken()
    {
        var time = new FakeTimeProvider();
        _services.AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug)).AddMetrics().AddSingleton<TimeProvider>(time);
        _services.AddReranker().AddRelevanceScorer(new FunctionScorer((_, documents, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(FunctionScorer.Numbers(documents));
        }));
        await using ServiceProvider provider = _services.BuildServiceProvider();
        using var collector = new MetricCollector<double>(
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), RerankingTelemetry.SourceName, "gen_ai.client.operation.duration");

        await provider.GetRequiredService<Reranker>().RerankAsync("query", ["0.1", "0.2"]);

        Assert.Equal(2, collector.LastMeasurement?.Value);
        FakeLogRecord record = provider.GetFakeLogCollector().LatestRecord;
        Assert.Equal(("Reranking.Reranker", "Scored 2 of 2 candidates and kept 2; mean rank displacement 1."), (record.Category, record.Message));
    }

    [Fact]
    public void AddReranker_NoScorer_SaysWhatToAdd()
    {
        _services.AddReranker();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Resolve());

        Assert.Equal("No IRelevanceScorer is registered, and Reranker needs one. Add one, for instance with AddOnnxScorer or AddRelevanceScorer.", exception.Message);
    }

    [Fact]
    public void AddKeyedReranker_NoScorerOfTheKey_SaysWhatToAdd()
    {
        _services.AddKeyedReranker("fast").AddRelevanceScorer(FunctionScorer.OfNumbers());

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Resolve("fast"));

        Assert.Equal(
            "No IRelevanceScorer is registered with the key 'fast', and Reranker needs one. Add one, for instance with AddKeyedOnnxScorer or AddKeyedRelevanceScorer.",
            exception.Message);
    }

    [Fact]
    public async Task AddKeyedReranker_SeveralKeys_HaveTheirOwnScorerAndOptions()
    {
        RelevanceScorerMetadata fast = new("fast"), good = new("good"), plain = new("plain");
        _services.AddReranker(options => options.TopN = 1).AddRelevanceScorer(Scorer(plain));
        _services.AddKeyedReranker("fast", options => options.TopN = 2).AddKeyedRelevanceScorer("fast", Scorer(fast));
        _services.AddKeyedReranker("good", Section("""{ "Good": { "TopN": 3 } }""", "Good")).AddKeyedRelevanceScorer("good", Scorer(good));
        _services.AddKeyedReranker(Model.Fast).AddKeyedRelevanceScorer(Model.Fast, Scorer(plain));
        _services.Configure<RerankingOptions>("Fast", options => options.TopN = 4);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        await AssertRerankerAsync(provider.GetRequiredService<Reranker>(), 1, plain);
        await AssertRerankerAsync(provider.GetRequiredKeyedService<Reranker>("fast"), 2, fast);
        await AssertRerankerAsync(provider.GetRequiredKeyedService<Reranker>("good"), 3, good);
        await AssertRerankerAsync(provider.GetRequiredKeyedService<Reranker>(Model.Fast), 4, plain);

        static FunctionScorer Scorer(RelevanceScorerMetadata metadata) => new((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)), metadata);

        static async Task AssertRerankerAsync(Reranker reranker, int topN, RelevanceScorerMetadata metadata)
        {
            Assert.Equal(topN, reranker.DefaultOptions.TopN);
            Assert.Same(metadata, (await reranker.RerankAsync("query", ["0.1", "0.2"])).ScorerMetadata);
        }
    }

    [Fact]
    public void AddReranker_Registration_ResolvesNothing()
    {
        _services.AddRelevanceScorer(_ => throw new InvalidOperationException("Nobody asked for the scorer."));
        _services.AddReranker(_ => throw new InvalidOperationException("Nobody asked for the options.")).AddKeyedReranker("fast");

        using ServiceProvider provider = _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    [Theory]
    [InlineData("""{ "TopN": 0 }""", "Search:Reranking:TopN is 0; expected 1 or more.")]
    [InlineData("""{ "OnFailure": 7 }""", "Search:Reranking:OnFailure is 7; expected Fallback or Throw.")]
    [InlineData("""{ "TopN": -1, "MinScore": 1.5 }""", "Search:Reranking:TopN is -1; expected 1 or more.; Search:Reranking:MinScore is 1.5; expected a number from 0 to 1, or none.")]
    public async Task StartAsync_OutOfRange_FailsNamingTheKeyOfTheSection(string section, string message)
    {
        using IHost host = CreateHost(builder => builder.Services.AddReranker(builder.Configuration.GetSection("Search:Reranking")), $$"""{ "Search": { "Reranking": {{section}} } }""");

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(message, exception.Message);
    }

    [Theory]
    [InlineData("""{ "TopN": "abc" }""", "Failed to convert configuration value 'abc' at 'Reranking:TopN' to type 'System.Int32'.")]
    [InlineData("""{ "MinScore": "high" }""", "Failed to convert configuration value 'high' at 'Reranking:MinScore' to type 'System.Double'.")]
    [InlineData("""{ "Timeout": "10s" }""", "Failed to convert configuration value '10s' at 'Reranking:Timeout' to type 'System.TimeSpan'.")]
    [InlineData("""{ "OnFailure": "Ignore" }""", "Failed to convert configuration value 'Ignore' at 'Reranking:OnFailure' to type 'Reranking.RerankingFailureMode'.")]
    public async Task StartAsync_ValueDoesNotParse_FailsNamingTheKey(string section, string message)
    {
        using IHost host = CreateHost(builder => builder.Services.AddReranker(builder.Configuration.GetSection("Reranking")), $$"""{ "Reranking": {{section}} }""");

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Equal(message, exception.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartAsync_CodeAndSection_NamesTheSectionOnceInAnyOrder(bool isCodeFirst)
    {
        using IHost host = CreateHost(
            builder =>
            {
                IConfigurationSection section = builder.Configuration.GetSection("Search");
                _ = isCodeFirst
                    ? builder.Services.AddReranker(options => options.TopN = 0).AddReranker(section)
                    : builder.Services.AddReranker(section).AddReranker(options => options.TopN = 0);
            },
            "{}");

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal("Search:TopN is 0; expected 1 or more.", exception.Message);
    }

    [Fact]
    public async Task StartAsync_CodeOutOfRange_NamesTheConventionalSection()
    {
        using IHost host = CreateHost(builder => builder.Services.AddReranker(options => options.CandidateCount = 0), "{}");

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal("Reranking:CandidateCount is 0; expected 1 or more.", exception.Message);
    }

    [Fact]
    public async Task StartAsync_OneOfSeveralSectionsOutOfRange_NamesThatOne()
    {
        using IHost host = CreateHost(
            builder => builder.Services
                .AddReranker(builder.Configuration.GetSection("Plain"))
                .AddKeyedReranker("fast", builder.Configuration.GetSection("Fast"))
                .AddKeyedReranker("good", builder.Configuration.GetSection("Good")),
            """{ "Plain": { "TopN": 1 }, "Fast": { "TopN": 0 }, "Good": { "TopN": 1 } }""");

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal("Fast:TopN is 0; expected 1 or more.", exception.Message);
        Assert.Equal("fast", exception.OptionsName);
    }

    [Fact]
    public async Task StartAsync_InRange_StartsWithoutAScorer()
    {
        using IHost host = CreateHost(builder => builder.Services.AddReranker(builder.Configuration.GetSection("Reranking")), """{ "Reranking": { "TopN": 2 } }""");

        await host.StartAsync();
        await host.StopAsync();
    }

    private static IHost CreateHost(Action<HostApplicationBuilder> configure, string json)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        configure(builder);
        return builder.Build();
    }

    private static IConfigurationSection Section(string json, string key) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection(key);

    private Reranker Resolve(object? key = null)
    {
        using ServiceProvider provider = _services.BuildServiceProvider();
        return key is null ? provider.GetRequiredService<Reranker>() : provider.GetRequiredKeyedService<Reranker>(key);
    }
}

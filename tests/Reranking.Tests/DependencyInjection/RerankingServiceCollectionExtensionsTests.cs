using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

/// <summary>One way to register: with a section, with a delegate, or with the builder alone.</summary>
public sealed class RerankingServiceCollectionExtensionsTests
{
    private static readonly string[] Documents = ["0.25", "0.75", "0.5"];

    [Fact]
    public async Task AddReranking_OneScorer_NeedsNoNameAndShowsNone()
    {
        using ServiceProvider provider = Provider(services => services.AddReranking().AddScorer(FunctionScorer.OfNumbers()));

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", Documents);

        Assert.Equal(["0.75", "0.5", "0.25"], result.Ranking.Select(static ranked => ranked.Candidate));
        Assert.Equal((RerankingOutcome.Reranked, null), (result.Outcome, result.ScorerName));
        Assert.Same(provider.GetRequiredService<Reranker>(), provider.GetRequiredService<Reranker>());
        Assert.Equal(3, (await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", Documents)).Count);
    }

    [Fact]
    public async Task AddReranking_Delegate_SetsTheOptionsAndConfigureAddsToThem()
    {
        using ServiceProvider provider = Provider(services =>
        {
            services.AddReranking(static options => options.TopN = 2).AddScorer(FunctionScorer.OfNumbers());
            services.Configure<RerankingOptions>(static options => options.MinScore = 0.6);
        });

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", Documents);

        Assert.Equal(["0.75"], result.Ranking.Select(static ranked => ranked.Candidate));
        Assert.Equal((2, 0.6), (provider.GetRequiredService<Reranker>().DefaultOptions.TopN, result.MinScore));
    }

    [Fact]
    public async Task AddReranking_SeveralScorersInCode_AreAChainAndKeyedServices()
    {
        using ServiceProvider provider = Provider(static services => services.AddReranking()
            .AddScorer("broken", static _ => new FunctionScorer(static (_, _, _) => throw new RelevanceScoringException("broken")))
            .AddScorer("numbers", static _ => FunctionScorer.OfNumbers())
            .Use("broken", "Numbers"));

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", Documents);
        RerankingResult<string> keyed = await provider.GetRequiredKeyedService<Reranker>("broken").RerankAsync("query", Documents);

        Assert.Equal("numbers", result.ScorerName);
        Assert.Equal(["broken"], result.FailedAttempts.Select(static attempt => attempt.ScorerName));
        Assert.Equal(RerankingOutcome.FellBack, keyed.Outcome);
        Assert.Equal(3, (await provider.GetRequiredKeyedService<IRelevanceScorer>("numbers").ScoreAsync("query", Documents)).Count);
    }

    [Fact]
    public async Task AddReranking_SectionWithoutScorers_TakesThoseOfTheCode()
    {
        using ServiceProvider provider = Provider(services => services.AddReranking(Section(("TopN", "1"))).AddScorer(FunctionScorer.OfNumbers()));

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", Documents);

        Assert.Equal(["0.75"], result.Ranking.Select(static ranked => ranked.Candidate));
    }

    [Fact]
    public async Task AddReranking_ServicesOfTheHost_AreTaken()
    {
        var clock = new FakeTimeProvider();
        using ServiceProvider provider = Provider(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddReranking().AddScorer(new FunctionScorer((_, documents, _) =>
            {
                clock.Advance(TimeSpan.FromSeconds(3));
                return Task.FromResult(FunctionScorer.Numbers(documents));
            }));
        });

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", Documents);

        Assert.Equal(TimeSpan.FromSeconds(3), result.Elapsed);
    }

    [Fact]
    public void AddReranking_Registration_CreatesNothing()
    {
        bool isCreated = false;
        using ServiceProvider provider = Provider(services => services.AddReranking().AddScorer(_ =>
        {
            isCreated = true;
            return FunctionScorer.OfNumbers();
        }));

        _ = provider.GetRequiredService<Reranker>();

        Assert.False(isCreated);
    }

    [Fact]
    public void AddReranking_Disposal_DisposesTheScorer()
    {
        var scorer = new DisposableScorer();
        ServiceProvider provider = Provider(services => services.AddReranking().AddScorer(scorer));
        _ = provider.GetRequiredService<IRelevanceScorer>().GetService<RelevanceScorerMetadata>();

        provider.Dispose();

        Assert.True(scorer.IsDisposed);
    }

    public static TheoryData<Action<IServiceCollection>, string> CertainMistakes => new()
    {
        {
            static services =>
            {
                services.AddReranking();
                services.AddReranking(static _ => { });
            },
            "Reranking is registered already, in code. Call AddReranking once, and add all scorers to the builder that it returns."
        },
        {
            static services =>
            {
                services.AddReranking(Section(("TopN", "1")));
                services.AddReranking(Section(("TopN", "1")));
            },
            "Reranking is registered already, from the section Reranking. Call AddReranking once, and add all scorers to the builder that it returns."
        },
        {
            static services => services.AddReranking().AddScorer(FunctionScorer.OfNumbers()).AddScorer(FunctionScorer.OfNumbers()),
            "A second scorer is registered, and one of the two has no name. Name both and say which answers, as in "
            + "AddOnnx(\"local\").AddCohere(\"hosted\", options => …).Use(\"hosted\", \"local\")."
        },
        {
            static services => services.AddReranking().AddScorer("a", static _ => FunctionScorer.OfNumbers()).AddScorer(FunctionScorer.OfNumbers()),
            "A second scorer is registered, and one of the two has no name. Name both and say which answers, as in "
            + "AddOnnx(\"local\").AddCohere(\"hosted\", options => …).Use(\"hosted\", \"local\")."
        },
        {
            static services =>
                services.AddReranking().AddScorer("a", static _ => FunctionScorer.OfNumbers()).AddScorer("A", static _ => FunctionScorer.OfNumbers()),
            "A scorer 'A' is registered already. Give each scorer a name of its own."
        },
        {
            static services => services.AddReranking().Use("a").Use("b"),
            "Use() was called with a before. Call it once, with all names in the order in which they are asked."
        },
    };

    [Theory]
    [MemberData(nameof(CertainMistakes))]
    public void AddReranking_CertainMistake_ThrowsWhatToWrite(Action<IServiceCollection> register, string expected) =>
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => register(new ServiceCollection())).Message);

    public static TheoryData<Action<IServiceCollection>, string> MistakesAtStart => new()
    {
        {
            static services => services.AddReranking(),
            "AddReranking() was given no scorer; expected one or more. Call AddOnnx(), AddCohere() or AddScorer() on the builder that it returns, "
            + "or pass a section that names scorers."
        },
        {
            static services => services.AddReranking(static options => options.TopN = 0).AddScorer(FunctionScorer.OfNumbers()),
            "RerankingOptions:TopN is 0; expected 1 or more."
        },
        {
            static services =>
                services.AddReranking().AddScorer("a", static _ => FunctionScorer.OfNumbers()).AddScorer("b", static _ => FunctionScorer.OfNumbers()),
            "2 scorers are registered, and nothing says which one answers. Call Use() with one or more of their names: a or b."
        },
        {
            static services => services.AddReranking().AddScorer("local", static _ => FunctionScorer.OfNumbers()).Use("locl"),
            "Use() names 'locl'; expected the name of a scorer: local. Did you mean 'local'?"
        },
        {
            static services => services.AddReranking().AddScorer("a", static _ => FunctionScorer.OfNumbers()).Use("a", "A"),
            "Use() names 'a' twice; expected each scorer once."
        },
        {
            static services => services.AddReranking(static options => options.MinScore = 0.5)
                .AddScorer("a", static _ => FunctionScorer.OfNumbers()).AddScorer("b", static _ => FunctionScorer.OfNumbers()).Use("a"),
            "RerankingOptions:MinScore is set, but a threshold belongs to a scorer, whose scale it is on, and there are 2. "
            + "Name the scorers in a section, each with its MinScore, or pass the threshold with each call."
        },
        {
            static services => services.AddReranking(Section(("Use", "a"))).AddScorer("a", static _ => FunctionScorer.OfNumbers()).Use("a"),
            "Reranking:Use is set, and the code calls Use(a); expected one of them."
        },
    };

    [Theory]
    [MemberData(nameof(MistakesAtStart))]
    public async Task StartAsync_Mistake_SaysWhatToWrite(Action<IServiceCollection> register, string expected)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        register(builder.Services);
        using IHost host = builder.Build();

        var atStart = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        var onUse = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Services.GetRequiredService<Reranker>().RerankAsync("query", Documents));

        Assert.Equal([expected], atStart.Failures);
        Assert.Equal([expected], onUse.Failures);
    }

    [Fact]
    public async Task StartAsync_ScorersInSectionAndCode_SaysWhereToMoveThem()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(Section(("Scorers:a:Provider", "Scripted"), ("Use", "a")))
            .AddProvider(static _ => new ScriptedProvider())
            .AddScorer("b", static _ => FunctionScorer.OfNumbers());
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            ["Reranking:Scorers names scorers, and so does the code: 'b'. Move them all to Reranking:Scorers, or remove that section."], exception.Failures);
    }

    [Fact]
    public void AddReranking_NullArguments_ThrowsWithTheirNames()
    {
        var services = new ServiceCollection();
        RerankingBuilder builder = services.AddReranking();
        Assert.Throws<ArgumentNullException>("services", () => RerankingServiceCollectionExtensions.AddReranking(null!));
        Assert.Throws<ArgumentNullException>("configure", () => services.AddReranking((Action<RerankingOptions>)null!));
        Assert.Throws<ArgumentNullException>("section", () => services.AddReranking((IConfigurationSection)null!));
        Assert.Throws<ArgumentNullException>("scorer", () => builder.AddScorer((IRelevanceScorer)null!));
        Assert.Throws<ArgumentNullException>("scorerFactory", () => builder.AddScorer((Func<IServiceProvider, IRelevanceScorer>)null!));
        Assert.Throws<ArgumentNullException>("name", () => builder.AddScorer(null!, static _ => FunctionScorer.OfNumbers()));
        Assert.Throws<ArgumentException>("name", () => builder.AddScorer(" ", static _ => FunctionScorer.OfNumbers()));
        Assert.Throws<ArgumentException>("names", () => builder.Use());
    }

    private static ServiceProvider Provider(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.ToDictionary(static pair => $"Reranking:{pair.Key}", static pair => (string?)pair.Value))
        .Build()
        .GetSection("Reranking");

    private sealed class DisposableScorer() : DelegatingRelevanceScorer(FunctionScorer.OfNumbers())
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}

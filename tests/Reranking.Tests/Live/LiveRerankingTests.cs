using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public sealed class LiveRerankingTests : IDisposable
{
    private const string Scorers =
        """ "Scorers": { "a": { "Provider": "Scripted", "MinScore": 0.15 }, "b": { "Provider": "Scripted" }, "c": { "Provider": "Hosted", "ApiKey": "" } } """;
    private const string UseA = $$"""{ "Use": "a", {{Scorers}} }""";
    private const string UseB = $$"""{ "Use": "b", "TopN": 2, {{Scorers}} }""";

    private static readonly string[] Documents = ["0.1", "0.3", "0.2"];

    private readonly ScriptedProvider _provider = new();
    private readonly ChangeableConfiguration _configuration = new(UseA);
    private ServiceProvider? _services;
    private MetricCollector<long>? _swaps;

    private Reranker Reranker => Services.GetRequiredService<Reranker>();

    private FakeLogCollector Logs => Services.GetRequiredService<FakeLogCollector>();

    private ServiceProvider Services => _services ??= Build(_ => { });

    public void Dispose()
    {
        _swaps?.Dispose();
        _services?.Dispose();
    }

    [Fact]
    public async Task AddReranking_OneLine_RegistersRerankerScorerAndNamedScorers()
    {
        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);

        Assert.Equal(["0.3", "0.2"], result.Ranking.Select(ranked => ranked.Candidate));   // the threshold of a leaves 0.1 out
        Assert.Equal(("a", 0.15), (result.ScorerName, result.MinScore));
        Assert.Equal("a", Services.GetRequiredService<IRelevanceScorer>().GetService<RelevanceScorerMetadata>()?.ModelId);
        RelevanceScores named = await Services.GetRequiredKeyedService<IRelevanceScorer>("b").ScoreAsync("query", Documents);
        Assert.Equal(("b", "b"), (named.ScorerName, named.ModelId));
        Assert.Null(Services.GetKeyedService<IRelevanceScorer>("unknown"));
        Assert.Equal(2, _provider.Made.Count);   // c was never asked for
    }

    [Fact]
    public void Start_ContainerWasDisposed_CreatesNothing()
    {
        var live = Services.GetRequiredService<Reranking.Live.LiveReranking>();
        Services.Dispose();

        Assert.Empty(live.Start());
        Assert.Empty(_provider.Made);
        Assert.Throws<ObjectDisposedException>(live.Acquire);
    }

    /// <summary>Tests and plug-ins build many containers over one configuration.</summary>
    [Fact]
    public void Dispose_ConfigurationThatOutlivesTheContainer_KeepsNothingOfIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonFile(Path.Combine(folder, "none.json"), optional: true).Build();

            WeakReference live = UseAndDispose(configuration);
            for (int i = 0; i < 10 && live.IsAlive; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.False(live.IsAlive);
            GC.KeepAlive(configuration);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference UseAndDispose(IConfiguration configuration)
        {
            using ServiceProvider services = new ServiceCollection()
                .AddSingleton(configuration)
                .AddReranking()
                .AddScorer(new ScriptedScorer())
                .Services.BuildServiceProvider();
            return new WeakReference(services.GetRequiredService<Reranking.Live.LiveReranking>());
        }
    }

    [Fact]
    public void AddReranking_Registration_TouchesNothing()
    {
        _ = Reranker;

        Assert.Empty(_provider.Made);
    }

    [Fact]
    public async Task StartAsync_InvalidConfiguration_StopsTheHostWithAllMessages()
    {
        _configuration.Change("""{ "Use": "x", "TopN": 0, "Scorers": { "a": { "Provider": "Scripted" } } }""");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddReranking(_configuration.Section).AddProvider(_ => _provider);
        using IHost host = builder.Build();

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            ["Reranking:Use is 'x'; expected the name of a scorer: a.", "Reranking:TopN is '0'; expected a whole number of at least 1."],
            exception.Failures);
    }

    [Fact]
    public async Task RerankAsync_InvalidConfigurationWithoutAHost_ThrowsTheSame()
    {
        _configuration.Change("""{ "Use": "x", "Scorers": { "a": { "Provider": "Scripted" } } }""");

        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => Reranker.RerankAsync("query", Documents));

        Assert.Equal("Reranking:Use is 'x'; expected the name of a scorer: a.", exception.Message);
    }

    [Fact]
    public async Task Change_OtherScorer_ServesTheNextRequestWarmedAndDisposesTheOldOne()
    {
        await Reranker.RerankAsync("query", Documents);

        await ChangeAsync(UseB);

        Assert.Equal((1, 1), (_provider.Made[1].WarmUps, _provider.Made[0].Disposals));
        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);
        Assert.Equal(["0.3", "0.2"], result.Ranking.Select(ranked => ranked.Candidate));   // TopN is 2 now, and there is no threshold
        Assert.Equal(("b", (double?)null), (result.ScorerName, result.MinScore));
        Assert.Equal("The changed configuration of Reranking took effect; scorers in use: b.", Logs.LatestRecord.Message);
    }

    [Fact]
    public async Task Change_RequestUnderWay_EndsOnTheOldScorerWhichIsDisposedThen()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => answer.Task : null;
        Task<RerankingResult<string>> underWay = Reranker.RerankAsync("query", Documents);
        ScriptedScorer old = _provider.Made[0];

        await ChangeAsync(UseB);
        Assert.Equal("b", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        Assert.Equal(0, old.Disposals);
        answer.SetResult(old.Numbers(Documents));

        RerankingResult<string> result = await underWay;
        Assert.Equal(("a", "a", 0.15), (result.ScorerName, result.ScorerMetadata?.ModelId, result.MinScore));
        await WaitUntilAsync(() => old.Disposals == 1);
        Assert.False(old.WasUsedAfterDispose);
    }

    [Fact]
    public async Task Change_RequestLeftBehind_KeepsItsScorerUntilItReallyEnds()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => answer.Task : null;
        using var cancellation = new CancellationTokenSource();
        Task<RerankingResult<string>> underWay = Reranker.RerankAsync("query", Documents, options: null, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => underWay);
        ScriptedScorer old = _provider.Made[0];

        await ChangeAsync(UseB);
        Assert.Equal(0, old.Disposals);
        answer.SetResult(old.Numbers(Documents));

        await WaitUntilAsync(() => old.Disposals == 1);
        Assert.False(old.WasUsedAfterDispose);
    }

    [Fact]
    public async Task Change_ThresholdOnly_KeepsTheScorer()
    {
        await Reranker.RerankAsync("query", Documents);

        await ChangeAsync(UseA.Replace("0.15", "0.25", StringComparison.Ordinal));

        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);
        Assert.Equal(["0.3"], result.Ranking.Select(ranked => ranked.Candidate));
        Assert.Equal(0, Assert.Single(_provider.Made).Disposals);
    }

    [Fact]
    public async Task Change_OfAnotherSection_IsNone()
    {
        await Reranker.RerankAsync("query", Documents);
        MetricCollector<long> swaps = Swaps();
        _configuration.Change(UseA);

        await ChangeAsync(UseB);

        Assert.Single(swaps.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task Change_OfAKeyThatIsReadAtStart_IsNoSwapAndWarnsOnce()
    {
        const string Warning = "Reranking:Store changed, but is read when the application starts. Restart the application to have the change take effect.";
        string other = UseA.Insert(1, """ "Store": { "Folder": "x" }, """);
        await Reranker.RerankAsync("query", Documents);
        MetricCollector<long> swaps = Swaps();
        _configuration.Change(other);
        await WaitUntilAsync(() => Warnings().Length > 0);

        await ChangeAsync(UseB.Insert(1, """ "store": { "Folder": "x" }, """));

        Assert.Single(swaps.GetMeasurementSnapshot());
        Assert.Equal([Warning], Warnings());
        await ChangeAsync(other.Replace("\"x\"", "\"y\"", StringComparison.Ordinal));
        Assert.Equal([Warning, Warning], Warnings());
        await ChangeAsync(UseB);   // as it was at start
        Assert.Equal([Warning, Warning], Warnings());

        string[] Warnings() => [.. Logs.GetSnapshot().Where(record => record.Level == LogLevel.Warning).Select(record => record.Message)];
    }

    [Fact]
    public async Task Change_ScorerAskedForByName_GoesOnWithoutBeingMadeAgain()
    {
        IRelevanceScorer named = Services.GetRequiredKeyedService<IRelevanceScorer>("b");
        await Reranker.RerankAsync("query", Documents);
        await named.ScoreAsync("query", Documents);

        await ChangeAsync(UseA.Replace("0.15", "0.25", StringComparison.Ordinal));
        await named.ScoreAsync("query", Documents);

        Assert.Equal([0, 0], _provider.Made.Select(scorer => scorer.Disposals));
    }

    [Fact]
    public async Task Change_ScorerAskedForByNameDoesNotLoad_IsRefused()
    {
        IRelevanceScorer named = Services.GetRequiredKeyedService<IRelevanceScorer>("b");
        await Reranker.RerankAsync("query", Documents);
        await named.ScoreAsync("query", Documents);
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = _ => throw new RelevanceScoringException("The model folder is missing.");

        await ChangeAsync(UseA.Replace("\"b\": {", "\"b\": { \"Model\": \"b-2\",", StringComparison.Ordinal), expected: "refused");

        Assert.Equal("b", (await named.ScoreAsync("query", Documents)).ModelId);
    }

    [Fact]
    public async Task Change_CallThatAChainLeftBehind_KeepsItsScorerUntilItEnds()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        _configuration.Change(
            $$"""{ "Use": [ "a", "b" ], {{Scorers.Replace("\"MinScore\": 0.15", "\"Timeout\": \"00:00:00.01\"", StringComparison.Ordinal)}} }""");
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => answer.Task : null;
        Assert.Equal("b", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        ScriptedScorer left = _provider.Made[0];

        await ChangeAsync(UseB);
        Assert.Equal(0, left.Disposals);
        answer.SetResult(left.Numbers(Documents));

        await WaitUntilAsync(() => left.Disposals == 1);
        Assert.False(left.WasUsedAfterDispose);
    }

    [Fact]
    public async Task Change_SettingsOfTheScorer_MakesANewOne()
    {
        await Reranker.RerankAsync("query", Documents);

        await ChangeAsync(UseA.Replace("\"MinScore\": 0.15", "\"Model\": \"a-2\"", StringComparison.Ordinal));

        Assert.Equal("a-2", (await Reranker.RerankAsync("query", Documents)).ModelId);
        Assert.Equal([1, 0], _provider.Made.Select(scorer => scorer.Disposals));
    }

    [Fact]
    public async Task Change_ModelUnderAnUnchangedThreshold_Warns()
    {
        await Reranker.RerankAsync("query", Documents);

        await ChangeAsync(UseA.Replace("\"MinScore\": 0.15", "\"MinScore\": 0.15, \"Model\": \"a-2\"", StringComparison.Ordinal));

        Assert.Equal(
            "Reranking:Scorers:a:MinScore stays 0.15, but the model changed from a to a-2: scores of different models are not comparable. " +
            "Measure the threshold again, and set MinScoreModel to have this checked.",
            Assert.Single(Logs.GetSnapshot(), record => record.Level == LogLevel.Warning).Message);
    }

    [Fact]
    public async Task Change_InvalidConfiguration_LeavesTheOldOneInService()
    {
        await Reranker.RerankAsync("query", Documents);

        await ChangeAsync("""{ "Use": "zz", "Scorers": { "a": { "Provider": "Scripted" } } }""", expected: "refused");

        Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        FakeLogRecord record = Assert.Single(Logs.GetSnapshot(), record => record.Level == LogLevel.Error);
        Assert.Equal(
            "The changed configuration is refused, and the one before stays in service. Reranking:Use is 'zz'; expected the name of a scorer: a.",
            record.Message);
        Assert.Equal(0, Assert.Single(_provider.Made).Disposals);
    }

    [Fact]
    public async Task Change_ModelDoesNotLoad_LeavesTheOldOneInServiceAndDisposesTheNewOne()
    {
        await Reranker.RerankAsync("query", Documents);
        var failure = new RelevanceScoringException("The model folder is missing.");
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = _ => throw failure;

        await ChangeAsync(UseB, expected: "refused");

        Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        FakeLogRecord record = Assert.Single(Logs.GetSnapshot(), record => record.Level == LogLevel.Error);
        Assert.Equal("A scorer of the changed configuration of Reranking can't be loaded, and the previous configuration stays in use.", record.Message);
        Assert.Same(failure, record.Exception);
        Assert.Equal([0, 1], _provider.Made.Select(scorer => scorer.Disposals));
    }

    [Fact]
    public async Task Change_ScorerCanNotBeMade_LeavesTheOldOneInService()
    {
        await Reranker.RerankAsync("query", Documents);
        _provider.OnCreate = (_, _) => throw new RelevanceScoringException("The settings do not do.");

        await ChangeAsync(UseB, expected: "refused");

        Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        Assert.Equal(0, Assert.Single(_provider.Made).Disposals);
    }

    [Fact]
    public async Task Change_WhileTheNewOneWarmsUp_TheOldOneServes()
    {
        await Reranker.RerankAsync("query", Documents);
        var warm = new TaskCompletionSource();
        var warming = new TaskCompletionSource();
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = _ =>
        {
            warming.TrySetResult();
            return warm.Task;
        };
        Task change = ChangeAsync(UseB);
        await warming.Task;

        Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        warm.SetResult();
        await change;
        Assert.Equal("b", (await Reranker.RerankAsync("query", Documents)).ScorerName);
    }

    [Fact]
    public async Task Change_WhileAnotherOneWarmsUp_TheLastOneWins()
    {
        await Reranker.RerankAsync("query", Documents);
        var warm = new TaskCompletionSource();
        var warming = new TaskCompletionSource();
        _provider.OnCreate = (name, scorer) => scorer.OnWarmUp = name != "b" ? null : _ =>
        {
            warming.TrySetResult();
            return warm.Task;
        };
        MetricCollector<long> swaps = Swaps();
        _configuration.Change(UseB);
        await warming.Task;
        _configuration.Change($$"""{ "Use": "c", {{Scorers.Replace("\"\"", "\"key\"", StringComparison.Ordinal)}} }""");
        await swaps.WaitForMeasurementsAsync(1);   // b was never waited for, although it would come

        Assert.Equal("c", (await Reranker.RerankAsync("query", Documents)).ScorerName);
    }

    [Fact]
    public async Task Change_WhileAConfigurationIsReadThatAWarmUpWaitsWith_IsNotMissed()
    {
        await Reranker.RerankAsync("query", Documents);
        var warming = new TaskCompletionSource();
        _provider.OnCreate = (name, scorer) => scorer.OnWarmUp = name != "b" ? null : token =>
        {
            warming.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        MetricCollector<long> swaps = Swaps();
        _configuration.Change(UseB);
        await warming.Task;

        int isRead = 0;
        _provider.OnValidate = () =>
        {
            if (Interlocked.Exchange(ref isRead, 1) == 0)
            {
                _configuration.Change($$"""{ "Use": "c", {{Scorers.Replace("\"\"", "\"key\"", StringComparison.Ordinal)}} }""");
            }
        };
        _configuration.Change(UseB);   // the same: the warm-up goes on, once it has been read
        await swaps.WaitForMeasurementsAsync(1);

        Assert.Equal("c", (await Reranker.RerankAsync("query", Documents)).ScorerName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Change_WhileAWarmUpHangs_TakesEffectAtOnce(bool heedsItsToken)
    {
        await Reranker.RerankAsync("query", Documents);
        var warming = new TaskCompletionSource();
        _provider.OnCreate = (name, scorer) => scorer.OnWarmUp = name != "b" ? null : token =>
        {
            warming.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, heedsItsToken ? token : CancellationToken.None);
        };
        MetricCollector<long> swaps = Swaps();
        _configuration.Change(UseB);
        await warming.Task;

        // Neither another section nor a file that is half written stops a scorer that loads.
        _configuration.Change(UseB);
        _configuration.Change("""{ "Use": "b" }""");
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, _provider.Made[1].Disposals);
        _configuration.Change($$"""{ "Use": "c", {{Scorers.Replace("\"\"", "\"key\"", StringComparison.Ordinal)}} }""");
        await swaps.WaitForMeasurementsAsync(1);

        Assert.Equal("c", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        Assert.Equal([1, 1], _provider.Made.Select(scorer => scorer.Disposals));
        Assert.Contains(
            Logs.GetSnapshot(),
            record => record.Message == "A changed configuration of Reranking was changed again before its scorers were loaded; the newer one is read.");
        Assert.DoesNotContain(Logs.GetSnapshot(), record => record.Level == LogLevel.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Change_FileThatIsNoJson_IsLoggedAndTheOldConfigurationServes(bool isChained)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "appsettings.json");
        await File.WriteAllTextAsync(path, $$"""{ "Reranking": {{UseA}} }""", TestContext.Current.CancellationToken);
        int told = 0;
        IConfigurationRoot root = new ConfigurationBuilder().AddJsonFile(source =>
        {
            (source.Path, source.ReloadOnChange, source.ReloadDelay) = (path, true, 10);
            source.ResolveFileProvider();
            source.OnLoadException = context =>
            {
                told++;
                context.Ignore = true;
            };
        }).Build();
        IConfigurationRoot configuration = isChained ? new ConfigurationBuilder().AddConfiguration(root).Build() : root;
        try
        {
            _services = Build(builder => builder.Services.AddSingleton<IConfiguration>(configuration), configuration.GetSection("Reranking"));
            await Reranker.RerankAsync("query", Documents);

            await File.WriteAllTextAsync(path, """{ "Reranking": { "Use": "b", """, TestContext.Current.CancellationToken);

            await WaitUntilAsync(() => Logs.GetSnapshot().Any(record => record.Level == LogLevel.Error));
            Assert.Equal(
                "The configuration file appsettings.json changed and can't be read; until it is fixed, the previous configuration stays in use.",
                Logs.GetSnapshot().First(record => record.Level == LogLevel.Error).Message);
            await WaitUntilAsync(() => told > 0);   // the handler of the application is called as before
            Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);

            await File.WriteAllTextAsync(path, $$"""{ "Reranking": {{UseB}} }""", TestContext.Current.CancellationToken);
            while ((await Reranker.RerankAsync("query", Documents)).ScorerName != "b")
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            _services?.Dispose();
            _services = null;
            (root as IDisposable)?.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Named_ScorerGoneFromTheConfiguration_SaysWhichThereAre()
    {
        IRelevanceScorer named = Services.GetRequiredKeyedService<IRelevanceScorer>("b");
        await named.ScoreAsync("query", Documents);
        await ChangeAsync("""{ "Scorers": { "a": { "Provider": "Scripted" } } }""");

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => named.ScoreAsync("query", Documents));

        Assert.Equal("The configuration no longer has a scorer 'b'; expected a. Check Reranking:Scorers.", exception.Message);
    }

    [Fact]
    public async Task Use_List_AsksTheNextWhenTheFirstFails()
    {
        _configuration.Change($$"""{ "Use": [ "a", "b" ], {{Scorers}} }""");
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => throw new HttpRequestException("No connection.") : null;

        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);

        Assert.Equal((RerankingOutcome.Reranked, "b", null), (result.Outcome, result.ScorerName, result.MinScore));
        Assert.Equal([("a", ScoringAttemptReason.Failed)], result.FailedAttempts.Select(attempt => (attempt.ScorerName, attempt.Reason)));
    }

    [Fact]
    public async Task Use_ListOfFailures_FallsBackAndSaysWhyNobodyAnswered()
    {
        _configuration.Change($$"""{ "Use": [ "a", "b" ], {{Scorers}} }""");
        _provider.OnCreate = (_, scorer) => scorer.Script = (_, _) => throw new HttpRequestException("No connection.");

        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);

        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.ScorerFailed), (result.Outcome, result.Reason));
        Assert.Equal(["a", "b"], result.FailedAttempts.Select(attempt => attempt.ScorerName));
        Assert.Equal(Documents, result.Ranking.Select(ranked => ranked.Candidate));
    }

    [Fact]
    public async Task Use_CircuitOpen_SurvivesAChangeOfOtherSettings()
    {
        _configuration.Change($$"""{ "Use": [ "a", "b" ], {{Scorers}} }""");
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => throw new HttpRequestException() : null;
        for (int i = 0; i < 5; i++)
        {
            await Reranker.RerankAsync("query", Documents);
        }

        await ChangeAsync($$"""{ "Use": [ "a", "b" ], "TopN": 2, {{Scorers}} }""");

        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);
        Assert.Equal([ScoringAttemptReason.CircuitOpen], result.FailedAttempts.Select(attempt => attempt.Reason));
    }

    [Theory]
    [InlineData(false, 490, ScoringAttemptReason.Timeout)]   // of the second that it usually has
    [InlineData(false, 510, ScoringAttemptReason.CircuitOpen)]
    [InlineData(true, 240, ScoringAttemptReason.Timeout)]   // of half a second
    [InlineData(true, 260, ScoringAttemptReason.CircuitOpen)]
    public async Task Use_CallsWithLittleTime_OpenNoCircuitForTheOthers(bool isCascade, int share, ScoringAttemptReason expected)
    {
        var time = new FakeTimeProvider();
        string use = isCascade ? """ "Stages": [ { "Use": [ "a", "b" ], "Keep": 3 }, { "Use": "b" } ] """ : """ "Use": [ "a", "b" ] """;
        _configuration.Change($$"""{ {{use}}, "Timeout": "00:00:02", {{Scorers}} }""");
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "a" ? (_, _) => new TaskCompletionSource<RelevanceScores>().Task : null;
        _services = Build(builder => builder.Services.AddSingleton<TimeProvider>(time));
        RerankingOptions hurried = Reranker.DefaultOptions;
        hurried.Timeout = TimeSpan.FromMilliseconds(share) * 2 / (isCascade ? 0.95 : 1);   // the first stage of a cascade gets that much
        for (int i = 0; i < 5; i++)
        {
            await RerankAsync(hurried);
        }

        RerankingResult<string> result = await RerankAsync(null);

        Assert.Equal([("a", expected)], result.FailedAttempts.Select(attempt => (attempt.ScorerName, attempt.Reason)));

        async Task<RerankingResult<string>> RerankAsync(RerankingOptions? options)
        {
            Task<RerankingResult<string>> call = Reranker.RerankAsync("query", Documents, options);
            time.Advance((options ?? Reranker.DefaultOptions).Timeout / 2);
            return await call;
        }
    }

    [Fact]
    public async Task Stages_TwoOfThem_CascadeAndFallToTheFirst()
    {
        _configuration.Change($$"""{ "Stages": [ { "Use": "a", "Keep": 2 }, { "Use": "b" } ], {{Scorers}} }""");

        RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);

        Assert.Equal([("0.3", 1), ("0.2", 1), ("0.1", 0)], result.Ranking.Select(ranked => (ranked.Candidate, ranked.Relevance!.Value.Stage)));
        Assert.Equal(["0.3", "0.2"], _provider.Made[1].Seen);
        _provider.Made[1].Script = (_, _) => throw new HttpRequestException();
        result = await Reranker.RerankAsync("query", Documents);
        Assert.Equal((RerankingOutcome.Reranked, "a", 0.15), (result.Outcome, result.ScorerName, result.MinScore));
    }

    [Fact]
    public async Task Shadow_NamedScorer_ScoresInTheBackgroundAndOutlivesAChange()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        _configuration.Change($$"""{ "Use": "a", "Shadow": { "Use": "b", "SampleRate": 1 }, {{Scorers}} }""");
        _provider.OnCreate = (name, scorer) => scorer.Script = name == "b" ? (_, _) => answer.Task : null;
        using var taus = new MetricCollector<double>(Services.GetRequiredService<IMeterFactory>(), "Experimental.Reranking", "reranking.shadow.kendall_tau");

        Assert.Equal("a", (await Reranker.RerankAsync("query", Documents)).ScorerName);
        ScriptedScorer shadow = _provider.Made.Single(scorer => scorer.GetService<RelevanceScorerMetadata>()?.ModelId == "b");
        await WaitUntilAsync(() => shadow.Calls == 1);
        answer.SetResult(shadow.Numbers(Documents));
        await taus.WaitForMeasurementsAsync(1, TestContext.Current.CancellationToken);

        Assert.Equal(1, taus.LastMeasurement?.Value);
        await ChangeAsync(UseA);
        await WaitUntilAsync(() => shadow.Disposals == 1);
        Assert.False(shadow.WasUsedAfterDispose);
    }

    [Fact]
    public async Task UseCaching_NamedScorers_AreAskedOnce()
    {
        _services = Build(builder => builder.UseCaching().Services.AddHybridCache());

        RerankingResult<string> first = await Reranker.RerankAsync("query", Documents);
        RerankingResult<string> second = await Reranker.RerankAsync("query", Documents);

        Assert.Equal(1, Assert.Single(_provider.Made).Calls);
        Assert.Equal(first.Ranking, second.Ranking);
        Assert.Equal(("a", 0.15), (second.ScorerName, second.MinScore));
    }

    [Fact]
    public async Task Decorate_NamedScorers_AreWrapped()
    {
        List<string> seen = [];
        _services = Build(builder => builder.Decorate((name, scorer) => scorer.Use((query, documents, options, inner, token) =>
        {
            seen.Add(name);
            return inner.ScoreAsync(query, documents, options, token);
        })));
        await Reranker.RerankAsync("query", Documents);
        await ChangeAsync(UseB);
        await Reranker.RerankAsync("query", Documents);

        Assert.Equal(["a", "b"], seen);
    }

    [Fact]
    public async Task Dispose_Container_DisposesTheScorersAndEndsTheReload()
    {
        await Reranker.RerankAsync("query", Documents);
        var warming = new TaskCompletionSource();
        _provider.OnCreate = (_, scorer) => scorer.OnWarmUp = token =>
        {
            warming.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        _configuration.Change(UseB);
        await warming.Task;
        Reranker reranker = Reranker;
        await Services.DisposeAsync();

        await WaitUntilAsync(() => _provider.Made.All(scorer => scorer.Disposals == 1));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reranker.RerankAsync("query", Documents));
    }

    [Fact]
    public async Task Change_ScorerThatFailsWhenDisposed_FailsNoAnswerAndNoOtherScorer()
    {
        var answer = new TaskCompletionSource<RelevanceScores>();
        var failure = new InvalidOperationException("It does not end.");
        _configuration.Change($$"""{ "Use": [ "a", "b" ], {{Scorers}} }""");
        _provider.OnCreate = (name, scorer) => (scorer.Script, scorer.OnDispose) = ((_, _) => answer.Task, name == "a" ? () => throw failure : null);
        Task<RerankingResult<string>> underWay = Reranker.RerankAsync("query", Documents);
        (ScriptedScorer a, ScriptedScorer b) = (_provider.Made[0], _provider.Made[1]);
        await ChangeAsync("""{ "Scorers": { "c": { "Provider": "Scripted" } } }""");
        answer.SetResult(a.Numbers(Documents));

        Assert.Equal("a", (await underWay).ScorerName);
        await WaitUntilAsync(() => (a.Disposals, b.Disposals) == (1, 1));
        FakeLogRecord record = Assert.Single(Logs.GetSnapshot(), record => record.Level == LogLevel.Error);
        Assert.Equal("The scorer of Reranking:Scorers:a failed when it was disposed; what it holds may stay taken.", record.Message);
        Assert.Same(failure, record.Exception);
    }

    [Fact]
    public async Task Dispose_ContainerWithAScorerThatFailsWhenDisposed_DisposesTheOthers()
    {
        _configuration.Change($$"""{ "Use": [ "a", "b" ], {{Scorers}} }""");
        _provider.OnCreate = (_, scorer) => scorer.OnDispose = () => throw new InvalidOperationException("It does not end.");
        await Reranker.RerankAsync("query", Documents);
        FakeLogCollector logs = Logs;

        await Services.DisposeAsync();

        Assert.Equal([1, 1], _provider.Made.Select(scorer => scorer.Disposals));
        Assert.Equal(2, logs.GetSnapshot().Count(record => record.Level == LogLevel.Error));
    }

    [Fact]
    public async Task Change_UnderConcurrentCallers_NeverFailsNorMixesNorLeaks()
    {
        const string BothUseA =
            """{ "Use": "a", "Scorers": { "a": { "Provider": "Scripted", "MinScore": 0.15 }, "b": { "Provider": "Scripted", "MinScore": 0.25 } } }""";
        string bothUseB = BothUseA.Replace("\"Use\": \"a\"", "\"Use\": \"b\"", StringComparison.Ordinal);
        _provider.OnCreate = (_, scorer) => scorer.Script = async (documents, _) =>
        {
            await Task.Delay(1, CancellationToken.None);   // as a call that waits for something; callers that never wait would starve the thread pool
            return scorer.Numbers(documents);
        };
        _configuration.Change(BothUseA);
        await Reranker.RerankAsync("query", Documents);
        using var stop = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            int calls = 0;
            while (!stop.IsCancellationRequested)
            {
                RerankingResult<string> result = await Reranker.RerankAsync("query", Documents);
                Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
                Assert.Equal(result.ScorerName, result.ModelId);
                Assert.Equal(result.ScorerName, result.ScorerMetadata?.ModelId);
                Assert.Equal(result.ScorerName == "a" ? (0.15, 2) : (0.25, 1), (result.MinScore!.Value, result.Ranking.Count));
                calls++;
            }

            return calls;
        }))];
        for (int i = 0; i < 200; i++)
        {
            await ChangeAsync(i % 2 == 0 ? bothUseB : BothUseA);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 0));
        await WaitUntilAsync(() => _provider.Made.Sum(scorer => scorer.Disposals) == _provider.Made.Count - 1);
        Assert.All(_provider.Made, scorer => Assert.False(scorer.WasUsedAfterDispose));
        Assert.All(_provider.Made, scorer => Assert.InRange(scorer.Disposals, 0, 1));
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private ServiceProvider Build(Action<RerankingBuilder> configure, IConfigurationSection? section = null)
    {
        var services = new ServiceCollection();
        services.AddMetrics()
            .AddFakeLogging(options => options.FilteredLevels = new HashSet<LogLevel> { LogLevel.Information, LogLevel.Warning, LogLevel.Error });
        configure(services.AddReranking(section ?? _configuration.Section)
            .AddProvider(_ => _provider)
            .AddProvider(_ => new ScriptedProvider("Hosted", isHosted: true)));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private MetricCollector<long> Swaps() =>
        _swaps ??= new MetricCollector<long>(Services.GetRequiredService<IMeterFactory>(), "Experimental.Reranking", "reranking.swaps");

    private async Task ChangeAsync(string reranking, string expected = "swapped")
    {
        MetricCollector<long> swaps = Swaps();
        int before = swaps.GetMeasurementSnapshot().Count;
        _configuration.Change(reranking);
        await swaps.WaitForMeasurementsAsync(before + 1, TestContext.Current.CancellationToken);
        Assert.Equal(expected, swaps.LastMeasurement?.Tags["reranking.outcome"]);
    }
}

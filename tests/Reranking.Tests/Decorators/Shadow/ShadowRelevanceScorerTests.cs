using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Reranking.Scoring;

namespace Reranking.Tests;

public sealed class ShadowRelevanceScorerTests : IDisposable
{
    private static readonly string[] Documents = ["0.3", "0.1", "0.2"];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeLogger<ShadowRelevanceScorer> _logger = new();
    private readonly FakeTimeProvider _time = new();
    private readonly MetricCollector<long> _calls;
    private readonly MetricCollector<double> _duration;
    private readonly MetricCollector<double> _tau;
    private readonly MetricCollector<double> _overlap;

    public ShadowRelevanceScorerTests()
    {
        MeterFactory = _services.GetRequiredService<IMeterFactory>();
        _calls = new MetricCollector<long>(MeterFactory, "Experimental.Reranking", "reranking.shadow.calls");
        _duration = new MetricCollector<double>(MeterFactory, "Experimental.Reranking", "reranking.shadow.duration");
        _tau = new MetricCollector<double>(MeterFactory, "Experimental.Reranking", "reranking.shadow.kendall_tau");
        _overlap = new MetricCollector<double>(MeterFactory, "Experimental.Reranking", "reranking.shadow.overlap");
    }

    private IMeterFactory MeterFactory { get; }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Members_NullArguments_ThrowWithTheirNames()
    {
        using var scorer = new ShadowScorer();

        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new ShadowRelevanceScorer(null!, scorer)).ParamName);
        Assert.Equal("shadowScorer", Assert.Throws<ArgumentNullException>(() => new ShadowRelevanceScorer(scorer, null!)).ParamName);
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((RelevanceScorerBuilder)null!).UseShadow(_ => scorer)).ParamName);
        Assert.Equal("shadowScorerFactory", Assert.Throws<ArgumentNullException>(() => scorer.AsBuilder().UseShadow(null!)).ParamName);
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesTheOption()
    {
        Assert.Equal("SampleRate is -0.1; expected 0 to 1. (Parameter 'options')", Failure(options => options.SampleRate = -0.1));
        Assert.Equal("SampleRate is 1.1; expected 0 to 1. (Parameter 'options')", Failure(options => options.SampleRate = 1.1));
        Assert.Equal("SampleRate is NaN; expected 0 to 1. (Parameter 'options')", Failure(options => options.SampleRate = double.NaN));
        Assert.Equal("OverlapAt is 0; expected 1 or more. (Parameter 'options')", Failure(options => options.OverlapAt = 0));
        Assert.Equal("MaxConcurrency is 0; expected 1 or more. (Parameter 'options')", Failure(options => options.MaxConcurrency = 0));
        Assert.Equal(
            "Timeout is 00:00:00; expected more than zero and at most 1.00:00:00. (Parameter 'options')", Failure(options => options.Timeout = TimeSpan.Zero));
        Assert.Equal(
            "Timeout is 2.00:00:00; expected more than zero and at most 1.00:00:00. (Parameter 'options')",
            Failure(options => options.Timeout = TimeSpan.FromDays(2)));
    }

    [Fact]
    public async Task ScoreAsync_Sampled_RecordsHowAlikeTheTwoRank()
    {
        RelevanceScores given = new(FunctionScorer.Numbers(Documents).ToArray()) { ModelId = "numbers-2" };
        using var shadow = new ShadowScorer
        {
            Score = (documents, _) =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                return Task.FromResult(new RelevanceScores([new(0.9, 3), new(0.8, 2), new(0.7, 1)]) { ModelId = "shadow-2" });
            },
        };
        using ShadowRelevanceScorer scorer = Create(
            new FunctionScorer((_, _, _) => Task.FromResult(given), FunctionScorer.NumberMetadata), shadow, new() { SampleRate = 1, OverlapAt = 2 });

        Assert.Same(given, await scorer.ScoreAsync("q", Documents));
        await _calls.WaitForMeasurementsAsync(1);

        AssertOnly(_calls, 1, "gen_ai.request.model=numbers-1 reranking.outcome=compared reranking.shadow.model=shadow-1");
        AssertOnly(_duration, 2, "gen_ai.request.model=numbers-1 reranking.shadow.model=shadow-1");

        // 0.3, 0.2, 0.1 against 0.3, 0.1, 0.2: one of three pairs is the other way round, and one of the best two is another.
        AssertOnly(_tau, 1 / 3.0, "gen_ai.request.model=numbers-1 reranking.shadow.model=shadow-1");
        AssertOnly(_overlap, 0.5, "gen_ai.request.model=numbers-1 reranking.shadow.model=shadow-1");
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Theory]
    [InlineData(false, false, 5)]   // the circuit is open after five
    [InlineData(true, false, 8)]
    [InlineData(false, true, 8)]
    public async Task ScoreAsync_ShadowFailsInARow_IsNotCalledWhileItsCircuitIsOpen(bool isRequestFault, bool isRateLimited, int expectedCalls)
    {
        using var shadow = new ShadowScorer
        {
            Breaker = new CircuitBreaker(_time),
            Score = (_, _) => throw new RelevanceScoringException("down") { IsRequestFault = isRequestFault, IsRateLimited = isRateLimited },
        };
        var inner = new FunctionScorer((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)));
        using ShadowRelevanceScorer scorer = Create(inner, shadow, new() { SampleRate = 1, MaxConcurrency = 100 });

        for (int call = 1; call <= 8; call++)
        {
            await scorer.ScoreAsync("q", Documents);
            await _calls.WaitForMeasurementsAsync(call);
        }

        Assert.Equal(expectedCalls, shadow.Calls);
        Assert.Equal(Enumerable.Repeat("failed", expectedCalls).Concat(Enumerable.Repeat("dropped", 8 - expectedCalls)), Outcomes());
        _time.Advance(TimeSpan.FromSeconds(30));
        await scorer.ScoreAsync("q", Documents);
        await _calls.WaitForMeasurementsAsync(9);
        Assert.Equal(expectedCalls + 1, shadow.Calls);
    }

    [Fact]
    public async Task ScoreAsync_ModelsUnnamedInTheAnswers_AreTakenFromTheMetadata()
    {
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), new ShadowScorer());

        await scorer.ScoreAsync("q", Documents);
        await _calls.WaitForMeasurementsAsync(1);

        AssertOnly(_tau, 1, "gen_ai.request.model=numbers-1 reranking.shadow.model=shadow-1");
        Assert.Empty(_overlap.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task ScoreAsync_AllScoresEqual_RecordsNoTau()
    {
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), new ShadowScorer());

        await scorer.ScoreAsync("q", ["0.5", "0.5"]);
        await _calls.WaitForMeasurementsAsync(1);

        Assert.Empty(_tau.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task ScoreAsync_ShadowHangs_AnswersAndDropsWhatComesMeanwhile()
    {
        using var shadow = new ShadowScorer { Score = (_, _) => new TaskCompletionSource<RelevanceScores>().Task };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        await scorer.ScoreAsync("q", Documents);
        await shadow.Entered.WaitAsync();
        await scorer.ScoreAsync("q", Documents);

        AssertOnly(_calls, 1, "gen_ai.request.model=numbers-1 reranking.outcome=dropped reranking.shadow.model=shadow-1");

        // It does not heed its token, so it keeps its place after the timeout too.
        _time.Advance(TimeSpan.FromSeconds(30));
        await _calls.WaitForMeasurementsAsync(2);
        await scorer.ScoreAsync("q", Documents);

        Assert.Equal(["dropped", "failed", "dropped"], Outcomes());
        Assert.Equal(1, shadow.Calls);
        Assert.Equal(
            "The shadow took longer than 00:00:30 for 3 documents. Raise ShadowRelevanceScorerOptions.Timeout.",
            Assert.IsType<TimeoutException>(_logger.LatestRecord.Exception).Message);
    }

    [Fact]
    public async Task ScoreAsync_MaxConcurrency_IsHowManyRunAtOnce()
    {
        var release = new TaskCompletionSource();
        using var shadow = new ShadowScorer
        {
            Score = async (documents, _) =>
            {
                await release.Task;
                return FunctionScorer.Numbers(documents);
            },
        };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow, new() { SampleRate = 1, MaxConcurrency = 2 });

        for (int i = 0; i < 4; i++)
        {
            await scorer.ScoreAsync("q", Documents);
        }

        release.SetResult();
        await _calls.WaitForMeasurementsAsync(4);
        Assert.Equal(["dropped", "dropped", "compared", "compared"], Outcomes());
    }

    [Fact]
    public async Task ScoreAsync_PlaceFree_IsTakenAgain()
    {
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        for (int i = 1; i <= 3; i++)
        {
            // The place is free a moment after the measurement, so a sample may be dropped before it is taken.
            int before = shadow.Calls;
            while (shadow.Calls == before)
            {
                await scorer.ScoreAsync("q", Documents);
                await Task.Yield();
            }
        }

        Assert.True(shadow.Calls >= 3, $"{shadow.Calls} calls.");
    }

    [Theory]
    [InlineData("throws", "System.InvalidOperationException", "The shadow is broken.")]
    [InlineData("throws at once", "System.InvalidOperationException", "The shadow is broken.")]
    [InlineData("too few", "Reranking.RelevanceScoringException", "Expected 3 scores for 3 documents, but the shadow returned 2.")]
    [InlineData(
        "infinite",
        "Reranking.RelevanceScoringException",
        "Expected finite raw scores and scores from 0 to 1, but the shadow returned the raw score 2 and the score 2 for document 1.")]
    [InlineData("null", "Reranking.RelevanceScoringException", "Expected 3 scores for 3 documents, but the shadow returned null.")]
    public async Task ScoreAsync_ShadowFails_IsCountedAndLoggedAtDebugAlone(string kind, string errorType, string message)
    {
        using var shadow = new ShadowScorer
        {
            Score = (documents, _) => kind switch
            {
                "throws" => Task.FromException<RelevanceScores>(new InvalidOperationException("The shadow is broken.")),
                "throws at once" => throw new InvalidOperationException("The shadow is broken."),
                "too few" => Task.FromResult(FunctionScorer.Numbers(["1", "2"])),
                "infinite" => Task.FromResult(FunctionScorer.Numbers(["1", "2", "Infinity"])),
                _ => Task.FromResult<RelevanceScores>(null!),
            },
        };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        Assert.Equal(FunctionScorer.Numbers(Documents), await scorer.ScoreAsync("s3cr3t", Documents));
        await _calls.WaitForMeasurementsAsync(1);

        AssertOnly(_calls, 1, $"error.type={errorType} gen_ai.request.model=numbers-1 reranking.outcome=failed reranking.shadow.model=shadow-1");
        AssertOnly(_duration, 0, $"error.type={errorType} gen_ai.request.model=numbers-1 reranking.shadow.model=shadow-1");
        Assert.Empty(_tau.GetMeasurementSnapshot());
        await shadow.DisposeAfterAsync(scorer);
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal("The shadow failed to score 3 documents; the answer does not depend on it.", record.Message);
        Assert.Equal((LogLevel.Debug, 55, message), (record.Level, record.Id.Id, record.Exception?.Message));
    }

    [Fact]
    public async Task ScoreAsync_ScorerFails_StartsNoShadow()
    {
        var failure = new InvalidOperationException("It fails.");
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(new FunctionScorer((_, _, _) => Task.FromException<RelevanceScores>(failure)), shadow);

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => scorer.ScoreAsync("q", Documents)));

        await AssertNoShadowAsync(scorer, shadow);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("NaN NaN")]
    [InlineData("1 Infinity")]
    public async Task ScoreAsync_InvalidAnswer_IsPassedOnWithoutAShadow(string answer)
    {
        RelevanceScores given = FunctionScorer.Numbers(answer.Split(' '));
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(new FunctionScorer((_, _, _) => Task.FromResult(given)), shadow);

        Assert.Same(given, await scorer.ScoreAsync("q", ["1", "2"]));

        await AssertNoShadowAsync(scorer, shadow);
    }

    [Fact]
    public async Task ScoreAsync_OneDocument_StartsNoShadow()
    {
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        await scorer.ScoreAsync("q", ["0.1"]);

        await AssertNoShadowAsync(scorer, shadow);
    }

    [Fact]
    public async Task ScoreAsync_CanceledButAnswered_StartsNoShadow()
    {
        using var source = new CancellationTokenSource();
        using var shadow = new ShadowScorer();
        var inner = new FunctionScorer((_, documents, _) =>
        {
            source.Cancel();
            return Task.FromResult(FunctionScorer.Numbers(documents));
        });
        using ShadowRelevanceScorer scorer = Create(inner, shadow);

        await scorer.ScoreAsync("q", Documents, options: null, source.Token);

        await AssertNoShadowAsync(scorer, shadow);
    }

    [Fact]
    public async Task ScoreAsync_CanceledAfterTheAnswer_LetsTheShadowFinish()
    {
        using var source = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        using var shadow = new ShadowScorer
        {
            Score = async (documents, token) =>
            {
                await release.Task.WaitAsync(token);
                return FunctionScorer.Numbers(documents);
            },
        };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);
        await scorer.ScoreAsync("q", Documents, options: null, source.Token);
        await shadow.Entered.WaitAsync();

        await source.CancelAsync();
        release.SetResult();

        await _calls.WaitForMeasurementsAsync(1);
        Assert.Equal(["compared"], Outcomes());
    }

    [Theory]
    [InlineData(0.1, 0.0999, true)]
    [InlineData(0.1, 0.1, false)]
    [InlineData(0, 0, false)]
    [InlineData(1, 0.9999, true)]
    public async Task ScoreAsync_SampleRate_DecidesByLot(double rate, double lot, bool isSampled)
    {
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow, new() { SampleRate = rate }, () => lot);

        await scorer.ScoreAsync("q", Documents);

        await shadow.DisposeAfterAsync(scorer);
        Assert.Equal(isSampled ? 1 : 0, shadow.Calls);
    }

    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 0)]
    [InlineData(false, true, 1)]
    public async Task ScoreAsync_KeepLocal_GoesToALocalShadowOnly(bool keepLocal, bool isHosted, int calls)
    {
        using var shadow = new ShadowScorer { Metadata = new() { ProviderName = "shadow", ModelId = "shadow-1", IsLocal = !isHosted } };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        await scorer.ScoreAsync("q", Documents, new RelevanceScoringOptions { KeepLocal = keepLocal });

        await shadow.DisposeAfterAsync(scorer);
        Assert.Equal(calls, shadow.Calls);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocalAndAShadowThatDoesNotSayWhereItIs_StartsNoShadow()
    {
        using var shadow = new ShadowScorer { Metadata = null };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        await scorer.ScoreAsync("q", Documents, new RelevanceScoringOptions { KeepLocal = true });

        await AssertNoShadowAsync(scorer, shadow);
    }

    [Fact]
    public async Task ScoreAsync_Options_ReachTheShadowWithoutTheModelOfTheScorer()
    {
        var options = new RelevanceScoringOptions
        {
            ModelId = "numbers-1",
            Timeout = TimeSpan.FromSeconds(1),
            AdditionalProperties = new Dictionary<string, object?> { ["a"] = 1 },
        };
        using var shadow = new ShadowScorer();
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        await scorer.ScoreAsync("q", Documents, options);
        await _calls.WaitForMeasurementsAsync(1);

        Assert.Equal((null, TimeSpan.FromSeconds(30), 1), (shadow.Options?.ModelId, shadow.Options?.Timeout, shadow.Options?.AdditionalProperties?["a"]));
        Assert.True(shadow.Options?.IsBackground);
        Assert.Equal(("numbers-1", TimeSpan.FromSeconds(1), false), (options.ModelId, options.Timeout, options.IsBackground));
    }

    [Fact]
    public async Task ScoreAsync_DocumentsChangedAfterTheAnswer_AreScoredAsTheyWere()
    {
        // The place of the shadow's thread is taken until the list is changed.
        var release = new TaskCompletionSource();
        IReadOnlyList<string>? seen = null;
        using var shadow = new ShadowScorer
        {
            Score = async (documents, _) =>
            {
                await release.Task;
                seen = [.. documents];
                return FunctionScorer.Numbers(documents);
            },
        };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);
        List<string> documents = [.. Documents];

        await scorer.ScoreAsync("q", documents);
        documents.Clear();
        release.SetResult();
        await _calls.WaitForMeasurementsAsync(1);

        Assert.Equal(Documents, seen);
    }

    [Fact]
    public async Task ScoreAsync_CallersActivity_IsNotTheShadows()
    {
        var local = new AsyncLocal<string?> { Value = "of the caller" };
        (Activity?, string?) seen = (new Activity("not seen"), "not seen");
        using var shadow = new ShadowScorer
        {
            Score = (documents, _) =>
            {
                seen = (Activity.Current, local.Value);
                return Task.FromResult(FunctionScorer.Numbers(documents));
            },
        };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);
        using Activity activity = new Activity("caller").Start();

        await scorer.ScoreAsync("q", Documents);
        await _calls.WaitForMeasurementsAsync(1);

        Assert.Equal((null, null), seen);
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task ScoreAsync_ShadowThatCanNotEvenBeAsked_ChangesNoAnswer()
    {
        using var shadow = new ShadowScorer { ThrowsWhenAsked = true };
        using ShadowRelevanceScorer scorer = Create(FunctionScorer.OfNumbers(), shadow);

        Assert.Equal(FunctionScorer.Numbers(Documents), await scorer.ScoreAsync("q", Documents));

        Assert.Equal("The shadow failed to score 3 documents; the answer does not depend on it.", _logger.LatestRecord.Message);
    }

    [Fact]
    public void Dispose_InnerScorerFails_DisposesTheShadowToo()
    {
        using var shadow = new ShadowScorer();
        var failure = new InvalidOperationException("It does not end.");

        Assert.Same(failure, Assert.Throws<InvalidOperationException>(Create(new ScriptedScorer { OnDispose = () => throw failure }, shadow).Dispose));

        Assert.True(shadow.Disposed.IsCompleted);
    }

    [Fact]
    public async Task Dispose_ShadowUnderWay_IsCanceledAndDisposedAfterwards()
    {
        var mayEnd = new TaskCompletionSource();
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var shadow = new ShadowScorer
        {
            Score = async (_, token) =>
            {
                await using (token.Register(canceled.SetResult))
                {
                    await mayEnd.Task;
                }

                throw new OperationCanceledException(token);
            },
        };
        var inner = new WordOverlapScorer();
        ShadowRelevanceScorer scorer = Create(inner, shadow);
        await scorer.ScoreAsync("q", Documents);
        await shadow.Entered.WaitAsync();

        scorer.Dispose();
        scorer.Dispose();

        await canceled.Task;
        Assert.True(inner.IsDisposed);
        Assert.False(shadow.Disposed.IsCompleted);
        mayEnd.SetResult();
        await shadow.Disposed;
        Assert.Equal(["failed"], Outcomes());
    }

    [Fact]
    public async Task UseShadow_Services_AreTaken()
    {
        using var shadow = new ShadowScorer();
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton(MeterFactory)
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton(shadow)
            .BuildServiceProvider();
        using IRelevanceScorer scorer = FunctionScorer.OfNumbers()
            .AsBuilder()
            .UseShadow(provider => provider.GetRequiredService<ShadowScorer>(), options => options.SampleRate = 1)
            .Build(services);

        await scorer.ScoreAsync("q", Documents);
        await _calls.WaitForMeasurementsAsync(1);

        Assert.Equal(["compared"], Outcomes());
    }

    private static string Failure(Action<ShadowRelevanceScorerOptions> spoil)
    {
        ShadowRelevanceScorerOptions options = new();
        spoil(options);
        return Assert.Throws<ArgumentException>(() => new ShadowRelevanceScorer(new ShadowScorer(), new ShadowScorer(), options)).Message;
    }

    private static string Describe(IEnumerable<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));

    private static void AssertOnly<T>(MetricCollector<T> collector, T value, string tags)
        where T : struct
    {
        CollectedMeasurement<T> measurement = Assert.Single(collector.GetMeasurementSnapshot());
        Assert.Equal(value, measurement.Value);
        Assert.Equal(tags, Describe(measurement.Tags));
    }

    private ShadowRelevanceScorer Create(
        IRelevanceScorer inner, ShadowScorer shadow, ShadowRelevanceScorerOptions? options = null, Func<double>? draw = null) =>
        new(inner, shadow, options ?? new() { SampleRate = 1 }, _logger, _time, MeterFactory) { Draw = draw ?? Random.Shared.NextDouble };

    private IEnumerable<object?> Outcomes() => _calls.GetMeasurementSnapshot().Select(measurement => measurement.Tags["reranking.outcome"]);

    private async Task AssertNoShadowAsync(ShadowRelevanceScorer scorer, ShadowScorer shadow)
    {
        await shadow.DisposeAfterAsync(scorer);
        Assert.Equal(0, shadow.Calls);
        Assert.Empty(_calls.GetMeasurementSnapshot());
    }
}

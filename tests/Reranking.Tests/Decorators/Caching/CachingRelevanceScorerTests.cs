using CsCheck;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public sealed class CachingRelevanceScorerTests : IDisposable
{
    // The thread pool of a busy machine may be slower than the default allows.
    private static readonly CachingRelevanceScorerOptions Patient = new() { CacheTimeout = TimeSpan.FromDays(1) };

    private readonly FakeHybridCache _cache = new();
    private readonly TelemetryProbe _probe = new();

    public void Dispose() => _probe.Dispose();

    [Fact]
    public void Members_NullArguments_ThrowWithTheirNames()
    {
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new CachingRelevanceScorer(null!, _cache)).ParamName);
        Assert.Equal("cache", Assert.Throws<ArgumentNullException>(() => new CachingRelevanceScorer(new PairScorer(), null!)).ParamName);
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((RelevanceScorerBuilder)null!).UseCaching()).ParamName);
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesTheOption()
    {
        Assert.Equal("Expiration is 00:00:00; expected more than zero. (Parameter 'options')", Failure(options => options.Expiration = TimeSpan.Zero));
        Assert.Equal(
            "LocalExpiration is -00:00:01; expected more than zero. (Parameter 'options')",
            Failure(options => options.LocalExpiration = TimeSpan.FromSeconds(-1)));
        Assert.Equal(
            "CacheTimeout is 00:00:00; expected more than zero and at most 1.00:00:00. (Parameter 'options')",
            Failure(options => options.CacheTimeout = TimeSpan.Zero));
        Assert.Equal(
            "CacheTimeout is 2.00:00:00; expected more than zero and at most 1.00:00:00. (Parameter 'options')",
            Failure(options => options.CacheTimeout = TimeSpan.FromDays(2)));
        Assert.Equal("KeyPrefix is null; expected a text, which may be empty. (Parameter 'options')", Failure(options => options.KeyPrefix = null!));
        Assert.Equal("KeyPrefix has 257 characters; expected at most 256. (Parameter 'options')", Failure(options => options.KeyPrefix = new string('k', 257)));
        Assert.Equal("KeyPrefix holds a control character; expected none. (Parameter 'options')", Failure(options => options.KeyPrefix = "a\nb"));
    }

    [Fact]
    public async Task ScoreAsync_AnyRequests_ChangesCallsButNeverScores()
    {
        Gen<(string Query, string[] Documents)[]> requests =
            Gen.Select(Gen.Int[0, 2].Select(i => $"query {i}"), Gen.Int[0, 9].Select(i => $"document {i}").Array[0, 12]).Array[1, 8];
        await requests.SampleAsync(
            async sequence =>
            {
                using var inner = new PairScorer();
                using ServiceProvider services = HybridServices();
                using var scorer = new CachingRelevanceScorer(inner, services.GetRequiredService<HybridCache>(), Patient);
                HashSet<(string, string)> known = [];
                foreach ((string query, string[] documents) in sequence)
                {
                    RelevanceScores scores = await scorer.ScoreAsync(query, documents);

                    Assert.Equal(PairScorer.Scores(query, documents), scores);
                    known.UnionWith(documents.Select(document => (query, document)));
                }

                Assert.Equal(known.Count, inner.ScoredCount);
            },
            iter: 50);
    }

    [Fact]
    public async Task ScoreAsync_PartlyKnown_AsksForTheOthersInOneCallAndAnswersByPosition()
    {
        using var inner = new PairScorer();
        using CachingRelevanceScorer scorer = Create(inner);
        await scorer.ScoreAsync("q", ["b", "d"]);

        RelevanceScores scores = await scorer.ScoreAsync("q", ["a", "b", "c", "a", "d", "e"]);

        Assert.Equal(PairScorer.Scores("q", "a", "b", "c", "a", "d", "e"), scores);
        Assert.Equal([["b", "d"], ["a", "c", "e"]], inner.Seen);
        Assert.Equal(
            ["2 {document} gen_ai.provider.name=pairs gen_ai.request.model=pairs-1", "3 {document} gen_ai.provider.name=pairs gen_ai.request.model=pairs-1"],
            _probe.Of("reranking.cache.misses"));
        Assert.Equal(["3 {document} gen_ai.provider.name=pairs gen_ai.request.model=pairs-1"], _probe.Of("reranking.cache.hits"));
    }

    [Fact]
    public async Task ScoreAsync_PartlyKnown_KeepsTheBestWindows()
    {
        Dictionary<string, Range?> windows = new() { ["aa"] = 3..17, ["b"] = null, ["cc"] = 0..70_000, ["dd"] = 5..^2, ["e"] = ^9..^0 };
        string[] documents = [.. windows.Keys];
        using var inner = new PairScorer { Window = document => windows[document] };
        await Create(inner).ScoreAsync("q", ["aa", "b", "dd"]);

        RelevanceScores scores = await Create(inner).ScoreAsync("q", documents);
        RelevanceScores again = await Create(inner).ScoreAsync("q", documents);

        Assert.Equal(windows.Values, scores.Select(score => score.BestWindow));
        Assert.Equal(scores, again);
        Assert.Equal(documents.Length, inner.ScoredCount);
    }

    [Fact]
    public async Task ScoreAsync_PartlyKnown_TellsTheUsageOfThisCallAlone()
    {
        using var inner = new PairScorer();
        using CachingRelevanceScorer scorer = Create(inner);

        Assert.Equal(new RelevanceScoringUsage { InputTokenCount = 20, SearchUnitCount = 1 }, (await scorer.ScoreAsync("q", ["a", "b"])).Usage);
        Assert.Equal(new RelevanceScoringUsage { InputTokenCount = 10, SearchUnitCount = 1 }, (await scorer.ScoreAsync("q", ["a", "c"])).Usage);
        Assert.Equal(new RelevanceScoringUsage { InputTokenCount = 0, SearchUnitCount = 0 }, (await scorer.ScoreAsync("q", ["b", "c"])).Usage);
    }

    [Fact]
    public async Task ScoreAsync_AllKnown_NamesTheModelThatAnsweredThen()
    {
        using var inner = new PairScorer { After = (_, scores) => new RelevanceScores([.. scores], scores) { ModelId = "pairs-1-2026-10" } };
        await Create(inner).ScoreAsync("q", ["a"]);

        RelevanceScores scores = await Create(inner).ScoreAsync("q", ["a"]);

        Assert.Equal("pairs-1-2026-10", scores.ModelId);
        Assert.Single(inner.Seen);
    }

    [Fact]
    public async Task ScoreAsync_NoModelInTheAnswer_GivesNoneFromTheCacheEither()
    {
        using var inner = new PairScorer { After = (_, scores) => new RelevanceScores([.. scores], scores) { ModelId = null } };
        await Create(inner).ScoreAsync("q", ["a"]);

        Assert.Null((await Create(inner).ScoreAsync("q", ["a"])).ModelId);
        Assert.Single(inner.Seen);
    }

    [Fact]
    public async Task ScoreAsync_ModelChangedUnderItsName_NeverMixesTheTwo()
    {
        using var inner = new PairScorer { After = (call, scores) => new RelevanceScores([.. scores], scores) { ModelId = $"version {Math.Min(call, 2)}" } };
        using CachingRelevanceScorer scorer = Create(inner);
        await scorer.ScoreAsync("q", ["a", "b"]);

        RelevanceScores scores = await scorer.ScoreAsync("q", ["a", "b", "c"]);

        Assert.Equal("version 2", scores.ModelId);
        Assert.Equal([["a", "b"], ["c"], ["a", "b", "c"]], inner.Seen);
        Assert.Equal(new RelevanceScoringUsage { InputTokenCount = 40, SearchUnitCount = 2 }, scores.Usage);
        Assert.Equal("version 2", (await scorer.ScoreAsync("q", ["b", "a"])).ModelId);
        Assert.Equal(3, inner.Seen.Count());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("threshold")]
    [InlineData("failed attempts")]
    [InlineData("stage")]
    public async Task ScoreAsync_AnswerOfAChainOrCascade_IsPassedOnAndNotKept(string kind)
    {
        using var inner = new PairScorer
        {
            After = (_, scores) => kind switch
            {
                "name" => new RelevanceScores([.. scores], scores) { ScorerName = "local" },
                "threshold" => new RelevanceScores([.. scores], scores) { MinScore = 0.5 },
                "stage" => new RelevanceScores([.. scores.Select(score => score with { Stage = 1 })], scores),
                _ => new RelevanceScores([.. scores], scores) { FailedAttempts = [new("first", ScoringAttemptReason.Timeout, null, TimeSpan.Zero)] },
            },
        };
        using CachingRelevanceScorer scorer = Create(inner);

        await scorer.ScoreAsync("q", ["a", "b"]);
        RelevanceScores scores = await scorer.ScoreAsync("q", ["a", "b", "a"]);

        Assert.Empty(_cache.Entries);
        Assert.Equal(2, inner.Seen.Count());
        Assert.Equal(PairScorer.Scores("q", "a", "b", "a").Select(score => score with { Stage = kind == "stage" ? 1 : 0 }), scores);
        Assert.Equal(
            (kind == "name" ? "local" : null, kind == "threshold" ? 0.5 : null, kind == "failed attempts" ? 1 : 0),
            (scores.ScorerName, scores.MinScore, scores.FailedAttempts.Count));
    }

    [Fact]
    public async Task ScoreAsync_AnotherScorerAnswersForTheRest_NeverMixesTheTwo()
    {
        var attempt = new ScoringAttempt("first", ScoringAttemptReason.Failed, null, TimeSpan.Zero);
        using var inner = new PairScorer
        {
            After = (call, scores) => call == 1 ? scores : new RelevanceScores([.. scores], scores) { FailedAttempts = [attempt] },
        };
        using CachingRelevanceScorer scorer = Create(inner);
        await scorer.ScoreAsync("q", ["a"]);

        RelevanceScores scores = await scorer.ScoreAsync("q", ["a", "b"]);

        Assert.Equal([["a"], ["b"], ["a", "b"]], inner.Seen);
        Assert.Equal([attempt], scores.FailedAttempts);
        Assert.Single(_cache.Entries);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 0.5)]
    [InlineData(1, double.NaN)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.1)]
    public async Task ScoreAsync_InvalidScore_IsPassedOnAndNothingIsKept(double rawScore, double score)
    {
        using var inner = new PairScorer { After = (_, scores) => new RelevanceScores([scores[0], new(score, rawScore)], scores) };
        using CachingRelevanceScorer scorer = Create(inner);

        RelevanceScores scores = await scorer.ScoreAsync("q", ["a", "b"]);

        Assert.Equal([PairScorer.Score("q", "a"), new(score, rawScore)], scores);
        Assert.Empty(_cache.Entries);
    }

    /// <summary>What could not be scored may be the next time; the others are kept.</summary>
    [Fact]
    public async Task ScoreAsync_UnscoredDocument_IsPassedOnAndAskedForAgain()
    {
        bool isBroken = true;
        using var inner = new PairScorer
        {
            After = (_, scores) => isBroken ? new RelevanceScores([.. scores.SkipLast(1), RelevanceScore.Unscored], scores) : scores,
        };
        using CachingRelevanceScorer scorer = Create(inner);

        RelevanceScores first = await scorer.ScoreAsync("q", ["a", "b"]);
        isBroken = false;
        RelevanceScores second = await scorer.ScoreAsync("q", ["a", "b"]);

        Assert.Equal([PairScorer.Score("q", "a"), RelevanceScore.Unscored], first);
        Assert.Equal([PairScorer.Score("q", "a"), PairScorer.Score("q", "b")], second);
        Assert.Equal(2, _cache.Entries.Count);
    }

    [Theory]
    [InlineData(1, "Expected 2 scores for 2 documents, but pairs-1 returned 1.")]
    [InlineData(3, "Expected 2 scores for 2 documents, but pairs-1 returned 3.")]
    [InlineData(-1, "Expected 2 scores for 2 documents, but pairs-1 returned null.")]
    public async Task ScoreAsync_WrongNumberOfScores_ThrowsAndKeepsNothing(int count, string message)
    {
        using var inner = new PairScorer { After = (_, scores) => count < 0 ? null! : new RelevanceScores([.. Enumerable.Repeat(scores[0], count)]) };
        using CachingRelevanceScorer scorer = Create(inner);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("q", ["a", "b", "a"]));

        Assert.Equal(message, exception.Message);
        Assert.Empty(_cache.Entries);
    }

    [Fact]
    public async Task ScoreAsync_InnerFails_ThrowsItAndKeepsNothing()
    {
        var failure = new RelevanceScoringException("It fails.");
        using var inner = new PairScorer { Before = (call, _) => call == 1 ? Task.FromException(failure) : Task.CompletedTask };
        using CachingRelevanceScorer scorer = Create(inner);

        Assert.Same(failure, await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("q", ["a", "b"])));
        Assert.Empty(_cache.Entries);

        await scorer.ScoreAsync("q", ["a", "b"]);
        Assert.Equal([["a", "b"], ["a", "b"]], inner.Seen);
        Assert.Equal(2, _cache.Entries.Count);
    }

    [Fact]
    public async Task ScoreAsync_NoDocuments_AsksTheScorer()
    {
        using var inner = new PairScorer();

        RelevanceScores scores = await Create(inner).ScoreAsync("q", []);

        Assert.Empty(scores);
        Assert.Equal("pairs-1", scores.ModelId);
        Assert.Empty(Assert.Single(inner.Seen));
    }

    [Fact]
    public async Task ScoreAsync_DisposedWithAllKnown_Throws()
    {
        CachingRelevanceScorer scorer = Create(new PairScorer());
        await scorer.ScoreAsync("q", ["a"]);
        scorer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scorer.ScoreAsync("q", ["a"]));
    }

    [Fact]
    public async Task ScoreAsync_Options_ReachTheScorerAndTheCache()
    {
        using var inner = new PairScorer();
        using CachingRelevanceScorer scorer = Create(
            inner, new() { Expiration = TimeSpan.FromHours(2), LocalExpiration = TimeSpan.FromMinutes(3), KeyPrefix = "shop:" });

        RelevanceScores scores = await scorer.ScoreAsync("q", ["a"], new RelevanceScoringOptions { ModelId = "pairs-2" });

        Assert.Equal("pairs-2", scores.ModelId);
        HybridCacheEntryOptions? written = Assert.Single(_cache.Written);
        Assert.Equal(
            (TimeSpan.FromHours(2), TimeSpan.FromMinutes(3), HybridCacheEntryFlags.DisableCompression),
            (written?.Expiration, written?.LocalCacheExpiration, written?.Flags));
        Assert.StartsWith("shop:", Assert.Single(_cache.Entries).Key, StringComparison.Ordinal);
        Assert.Equal(["1 {document} gen_ai.provider.name=pairs gen_ai.request.model=pairs-2"], _probe.Of("reranking.cache.misses"));
    }

    [Fact]
    public async Task ScoreAsync_Expired_ScoresAgain()
    {
        var time = new FakeTimeProvider();
        using ServiceProvider services = HybridServices(time);
        using var inner = new PairScorer();
        using var scorer = new CachingRelevanceScorer(
            inner,
            services.GetRequiredService<HybridCache>(),
            new() { Expiration = TimeSpan.FromHours(1), LocalExpiration = TimeSpan.FromMinutes(10), CacheTimeout = TimeSpan.FromDays(1) });
        await scorer.ScoreAsync("q", ["a"]);

        time.Advance(TimeSpan.FromMinutes(9));
        await scorer.ScoreAsync("q", ["a"]);
        Assert.Single(inner.Seen);

        time.Advance(TimeSpan.FromMinutes(2));
        await scorer.ScoreAsync("q", ["a"]);
        Assert.Equal(2, inner.Seen.Count());
    }

    [Fact]
    public async Task ScoreAsync_MemoryBounded_StaysWithinAndStaysRight()
    {
        using ServiceProvider services = HybridServices(sizeLimit: 1_000);
        using var scorer = new CachingRelevanceScorer(new PairScorer(), services.GetRequiredService<HybridCache>(), Patient);
        string[] documents = [.. Enumerable.Range(0, 200).Select(i => $"document {i}")];

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(PairScorer.Scores("q", documents), await scorer.ScoreAsync("q", documents));
        }

        // An entry of this scorer takes 45 bytes of the limit: 38 and the name of the model.
        Assert.InRange(((MemoryCache)services.GetRequiredService<IMemoryCache>()).Count, 1, 1_000 / 45);
    }

    [Fact]
    public void UseCaching_NoHybridCache_SaysWhatToRegister()
    {
        using ServiceProvider services = new ServiceCollection().BuildServiceProvider();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new PairScorer().AsBuilder().UseCaching().Build(services));

        Assert.Equal(
            "No HybridCache is registered, and UseCaching needs one. Call services.AddHybridCache() of the package Microsoft.Extensions.Caching.Hybrid.",
            exception.Message);
    }

    [Fact]
    public async Task UseCaching_Services_AreTaken()
    {
        using var inner = new PairScorer();
        IServiceCollection registered = new ServiceCollection()
            .AddSingleton<HybridCache>(_cache)
            .AddSingleton(_probe.MeterFactory);
        registered.AddReranking().AddScorer(inner).UseCaching(options => options.KeyPrefix = "configured:");
        using ServiceProvider services = registered.BuildServiceProvider();

        await services.GetRequiredService<IRelevanceScorer>().ScoreAsync("q", ["a"]);

        Assert.StartsWith("configured:", Assert.Single(_cache.Entries).Key, StringComparison.Ordinal);
        Assert.Single(_probe.Of("reranking.cache.misses"));
    }

    private static string Failure(Action<CachingRelevanceScorerOptions> spoil)
    {
        CachingRelevanceScorerOptions options = new();
        spoil(options);
        return Assert.Throws<ArgumentException>(() => new CachingRelevanceScorer(new PairScorer(), new FakeHybridCache(), options)).Message;
    }

    private static ServiceProvider HybridServices(TimeProvider? time = null, long? sizeLimit = null)
    {
        var services = new ServiceCollection();
        services.AddMemoryCache(options =>
        {
            options.SizeLimit = sizeLimit;
            options.Clock = time is null ? null : new ProvidedClock(time);
        });
        services.AddHybridCache();
        return services.AddSingleton(time ?? TimeProvider.System).BuildServiceProvider();
    }

    private CachingRelevanceScorer Create(PairScorer inner, CachingRelevanceScorerOptions? options = null) =>
        new(inner, _cache, options, logger: null, timeProvider: null, _probe.MeterFactory);

    private sealed class ProvidedClock(TimeProvider time) : Microsoft.Extensions.Internal.ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}

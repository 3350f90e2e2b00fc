using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Reranking.Decorators.Caching;
using StackExchange.Redis;

namespace Reranking.Tests;

/// <summary>The cache over a real Redis, as processes that share one see it.</summary>
public sealed class CachingRedisTests
{
    private static readonly string[] Documents = ["a", "b", "c"];

    [Fact]
    public async Task ScoreAsync_SecondProcess_ScoresNothing()
    {
        using RedisServer redis = await RedisServer.StartAsync();
        using var first = new PairScorer();
        using var second = new PairScorer();
        await using (ServiceProvider process = StartProcess(redis, first))
        {
            await ScoreAsync(process, Documents);
        }

        await using ServiceProvider other = StartProcess(redis, second);
        RelevanceScores scores = await ScoreAsync(other, ["c", "a", "b"]);

        Assert.Equal(PairScorer.Scores("q", "c", "a", "b"), scores);
        Assert.Equal("pairs-1", scores.ModelId);
        Assert.Empty(second.Seen);

        await ScoreAsync(other, ["c", "d"]);
        Assert.Equal(["d"], Assert.Single(second.Seen));

        // What came from Redis is in the memory of this process from then on.
        redis.Kill();
        await ScoreAsync(other, ["a", "b", "c", "d"]);
        Assert.Single(second.Seen);
        Assert.Equal(Documents, Assert.Single(first.Seen));
    }

    [Fact]
    public async Task ScoreAsync_AnotherRevision_SharesNothing()
    {
        using RedisServer redis = await RedisServer.StartAsync();
        using var first = new PairScorer();
        using var second = new PairScorer { Metadata = new RelevanceScorerMetadata { ProviderName = "pairs", ModelId = "pairs-1", MaxInputTokens = 256 } };
        await using ServiceProvider process = StartProcess(redis, first);
        await using ServiceProvider other = StartProcess(redis, second);

        await ScoreAsync(process, Documents);
        await ScoreAsync(other, Documents);

        Assert.Equal(Documents, Assert.Single(second.Seen));
    }

    [Fact]
    public async Task ScoreAsync_RedisKilled_GoesOnAndWarns()
    {
        using RedisServer redis = await RedisServer.StartAsync();
        using var inner = new PairScorer();
        await using ServiceProvider process = StartProcess(redis, inner);
        await ScoreAsync(process, Documents);
        Assert.Empty(Warnings(process));

        redis.Kill();

        // Those that are in the memory of the process are still known.
        Assert.Equal(PairScorer.Scores("q", "a", "x", "b"), await ScoreAsync(process, ["a", "x", "b"]));
        Assert.Equal([Documents, ["x"]], inner.Seen);
        Assert.NotEmpty(Warnings(process));

        Assert.Equal(PairScorer.Scores("q", "x", "a"), await ScoreAsync(process, ["x", "a"]));
        Assert.Equal(2, inner.Seen.Count());
    }

    [Fact]
    public async Task ScoreAsync_RedisKilledAndAnImpatientCall_IsNotHeldUp()
    {
        using RedisServer redis = await RedisServer.StartAsync();
        using var inner = new PairScorer();
        await using ServiceProvider process = StartProcess(redis, inner, BacklogPolicy.Default, TimeSpan.FromMilliseconds(50));
        await ScoreAsync(process, Documents);

        redis.Kill();

        // Redis' own timeout is ten minutes, so that only ours ends the wait.
        Assert.Equal(PairScorer.Scores("q", "x"), await ScoreAsync(process, ["x"]));
        Assert.Contains("The cache failed for 1 of 1 documents; their scores do not depend on it.", Warnings(process));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ScoreAsync_ForeignValueUnderOurKey_IsAMissAndIsOverwritten(bool isFramed)
    {
        using RedisServer redis = await RedisServer.StartAsync();
        using var first = new PairScorer();
        await using (ServiceProvider process = StartProcess(redis, first))
        {
            await ScoreAsync(process, ["a"]);
        }

        string key = Assert.Single(ScoreCacheKeys.Create("rr1:", first.Metadata, revision: null, options: null, "q", ["a"])!);
        await using (ServiceProvider process = StartProcess(redis, new PairScorer()))
        {
            byte[] value = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
            if (isFramed)
            {
                await process.GetRequiredService<HybridCache>().SetAsync(key, value);
            }
            else
            {
                await process.GetRequiredService<IDistributedCache>().SetAsync(key, value);
            }
        }

        using var second = new PairScorer();
        using var third = new PairScorer();
        await using ServiceProvider other = StartProcess(redis, second);
        await using ServiceProvider last = StartProcess(redis, third);

        Assert.Equal(PairScorer.Scores("q", "a"), await ScoreAsync(other, ["a"]));
        Assert.Equal(PairScorer.Scores("q", "a"), await ScoreAsync(last, ["a"]));
        Assert.Equal((1, 0), (second.ScoredCount, third.ScoredCount));
    }

    /// <summary>What a process has: services, a cache in memory and a connection to Redis, all of its own.</summary>
    private static ServiceProvider StartProcess(RedisServer redis, PairScorer inner, BacklogPolicy? backlog = null, TimeSpan? cacheTimeout = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging());
        services.AddStackExchangeRedisCache(options => options.ConfigurationOptions = new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", redis.Port } },
            AbortOnConnectFail = false,
            BacklogPolicy = backlog ?? BacklogPolicy.FailFast,

            // So long that a busy machine never meets them.
            ConnectTimeout = 600_000,
            AsyncTimeout = 600_000,
        });
        services.AddHybridCache();
        services.AddReranking().AddScorer(inner).UseCaching(options => options.CacheTimeout = cacheTimeout ?? TimeSpan.FromDays(1));
        return services.BuildServiceProvider();
    }

    private static Task<RelevanceScores> ScoreAsync(ServiceProvider process, string[] documents) =>
        process.GetRequiredService<IRelevanceScorer>().ScoreAsync("q", documents);

    private static IEnumerable<string> Warnings(ServiceProvider process) =>
        process.GetFakeLogCollector().GetSnapshot().Where(record => record.Level >= LogLevel.Warning).Select(record => record.Message);
}

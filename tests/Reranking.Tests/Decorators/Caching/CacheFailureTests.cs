using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

/// <summary>A cache that fails, hangs or holds rubbish: the call goes on.</summary>
public sealed class CacheFailureTests
{
    private readonly FakeHybridCache _cache = new();
    private readonly FakeLogger<CachingRelevanceScorer> _logger = new();
    private readonly FakeTimeProvider _time = new();
    private readonly PairScorer _inner = new();

    [Fact]
    public async Task ScoreAsync_ReadFails_ScoresAndWarnsOnce()
    {
        var failure = new InvalidOperationException("The cache is down.");
        _cache.BeforeRead = _ => Task.FromException(failure);
        _cache.BeforeWrite = () => Task.FromException(failure);

        Assert.Equal(PairScorer.Scores("s3cr3t", "a", "b", "a"), await Create().ScoreAsync("s3cr3t", ["a", "b", "a"]));

        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal("The cache failed for 2 of 2 documents; their scores do not depend on it.", record.Message);
        Assert.Equal((LogLevel.Warning, 50, failure), (record.Level, record.Id.Id, record.Exception));
        Assert.All(
            _cache.Written,
            options => Assert.True(options?.Flags?.HasFlag(HybridCacheEntryFlags.DisableDistributedCache), "A cache that failed is written locally alone."));
    }

    [Fact]
    public async Task ScoreAsync_SomeReadsFail_TakesTheOthers()
    {
        await Create().ScoreAsync("q", ["a", "b", "c"]);
        int reads = 0;
        _cache.BeforeRead = _ =>
            Interlocked.Increment(ref reads) == 2 ? Task.FromException(new InvalidOperationException("The cache is down.")) : Task.CompletedTask;

        Assert.Equal(PairScorer.Scores("q", "a", "b", "c"), await Create().ScoreAsync("q", ["a", "b", "c"]));

        Assert.Equal([["a", "b", "c"], ["b"]], _inner.Seen);
        Assert.Equal("The cache failed for 1 of 3 documents; their scores do not depend on it.", _logger.LatestRecord.Message);
    }

    [Fact]
    public async Task ScoreAsync_WriteFails_AnswersAndWarnsOnce()
    {
        _cache.BeforeWrite = () => Task.FromException(new InvalidOperationException("The cache is full."));

        Assert.Equal(PairScorer.Scores("q", "a", "b"), await Create().ScoreAsync("q", ["a", "b"]));

        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal("The cache failed for 2 of 2 documents; their scores do not depend on it.", record.Message);
        Assert.Equal("The cache is full.", record.Exception?.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_ReadHangs_IsLeftAfterTheTimeout(bool heedsTheToken)
    {
        var hanging = new TaskCompletionSource();
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.BeforeRead = token =>
        {
            reading.SetResult();
            return heedsTheToken ? hanging.Task.WaitAsync(token) : hanging.Task;
        };
        Task<RelevanceScores> scoring = Create().ScoreAsync("q", ["a"]);
        await reading.Task;

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Empty(_inner.Seen);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(PairScorer.Scores("q", "a"), await scoring);
        Assert.Equal(
            "The cache took longer than 00:00:00.2500000. Raise CacheTimeout, or check the cache.",
            Assert.Single(_logger.Collector.GetSnapshot()).Exception?.Message);
    }

    [Fact]
    public async Task ScoreAsync_WriteHangs_IsLeftAfterTheTimeoutAndLaterCallsGoOn()
    {
        var hanging = new TaskCompletionSource();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.BeforeWrite = () =>
        {
            writing.TrySetResult();
            return hanging.Task;
        };
        CachingRelevanceScorer scorer = Create();
        Task<RelevanceScores> scoring = scorer.ScoreAsync("q", ["a"]);
        await writing.Task;

        // Whoever comes before the score is kept has it from the call that found it.
        Assert.Equal(PairScorer.Scores("q", "a"), await scorer.ScoreAsync("q", ["a"]));
        Assert.False(scoring.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(PairScorer.Scores("q", "a"), await scoring);
        Assert.Single(_inner.Seen);
        Assert.Equal(
            "The cache took longer than 00:00:00.2500000. Raise CacheTimeout, or check the cache.",
            Assert.Single(_logger.Collector.GetSnapshot()).Exception?.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_CallEndsWhileAWriteHangs_AnswersAndTheWriteGoesOn(bool leaves)
    {
        using var leaving = new CancellationTokenSource();
        var hanging = new TaskCompletionSource();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.BeforeWrite = () =>
        {
            writing.TrySetResult();
            return hanging.Task;
        };
        Task<RelevanceScores> scoring = Create().ScoreAsync("q", ["a"], new() { Timeout = TimeSpan.FromMilliseconds(200) }, leaving.Token);
        await writing.Task;

        if (leaves)
        {
            await leaving.CancelAsync();
        }
        else
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(PairScorer.Scores("q", "a"), await scoring);
        Assert.Equal(0, _logger.Collector.Count);
        Assert.Empty(_cache.Entries);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.AfterWrite = written.SetResult;
        hanging.SetResult();
        await written.Task;
    }

    [Fact]
    public async Task ScoreAsync_CanceledWhileTheCacheHangs_Throws()
    {
        using var leaving = new CancellationTokenSource();
        _cache.BeforeRead = _ => new TaskCompletionSource().Task;
        Task<RelevanceScores> scoring = Create().ScoreAsync("q", ["a"], options: null, leaving.Token);

        await leaving.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring);
        Assert.Equal(leaving.Token, exception.CancellationToken);
        Assert.Empty(_inner.Seen);
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a text of somebody else that is long enough")]
    [InlineData("version")]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("flags")]
    [InlineData("NaN")]
    [InlineData("range")]
    [InlineData("window")]
    [InlineData("text")]
    public async Task ScoreAsync_ForeignOrDamagedEntry_IsAMissAndIsOverwritten(string kind)
    {
        await Create().ScoreAsync("q", ["a"]);
        (string key, byte[] good) = Assert.Single(_cache.Entries);
        byte[] bad = [.. good];
        switch (kind)
        {
            case "version":
                bad[0]++;
                break;
            case "cut":
                bad = bad[..29];
                break;
            case "longer":
                // Something after the end of an entry without a model.
                bad[1] &= 0b1011;
                break;
            case "flags":
                bad[1] |= 16;
                break;
            case "NaN":
                BitConverter.GetBytes(double.NaN).CopyTo(bad, 10);
                break;
            case "range":
                BitConverter.GetBytes(1.5).CopyTo(bad, 2);
                break;
            case "window":
                // A place without the flag that there is one.
                bad[1] &= 0b0111;
                bad[26] ^= 0xff;
                break;
            case "text":
                bad[^1] = 0xff;
                break;
            default:
                bad = System.Text.Encoding.UTF8.GetBytes(kind);
                break;
        }

        _cache.Entries[key] = bad;

        Assert.Equal(PairScorer.Scores("q", "a"), await Create().ScoreAsync("q", ["a"]));

        Assert.Equal(2, _inner.Seen.Count());
        Assert.Equal(good, _cache.Entries[key]);
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Fact]
    public async Task ScoreAsync_RevisionFails_ScoresUncachedAndWarns()
    {
        using var inner = new PairScorer { Revision = () => throw new FileNotFoundException("No such file.") };
        var scorer = new CachingRelevanceScorer(inner, _cache, options: null, _logger);

        Assert.Equal(PairScorer.Scores("q", "a"), await scorer.ScoreAsync("q", ["a"]));

        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal("The revision of model pairs-1 can't be told, so its scores are neither looked up nor kept.", record.Message);
        Assert.Equal((LogLevel.Warning, 51, "No such file."), (record.Level, record.Id.Id, record.Exception?.Message));
        Assert.Empty(_cache.Entries);
    }

    [Fact]
    public async Task ScoreAsync_InvalidScore_SaysThatNothingIsKept()
    {
        using var inner = new PairScorer { After = (_, scores) => new RelevanceScores([new(2, 2)], scores) };

        await new CachingRelevanceScorer(inner, _cache, options: null, _logger).ScoreAsync("q", ["a"]);

        Assert.Equal(
            "The scores of 1 documents are not kept: they are invalid, or those of a chain, a cascade or a scorer with a name or a threshold.",
            _logger.LatestRecord.Message);
        Assert.Equal((LogLevel.Debug, 52), (_logger.LatestRecord.Level, _logger.LatestRecord.Id.Id));
    }

    private CachingRelevanceScorer Create() => new(_inner, _cache, options: null, _logger, _time);
}

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Reranking.Decorators.Caching;
using Reranking.Scoring;

namespace Reranking;

// Reading and writing the cache: all documents at once, and never longer than it is worth.
public sealed partial class CachingRelevanceScorer
{
    private async Task LookUpAsync(CachingCall call, List<Claim> claims, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_cacheTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        Task<byte[]?>[] reads = [.. claims.Select(claim => ReadAsync(call.Keys[claim.Index], linked.Token))];
        await ((Task)Task.WhenAll(reads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();

        Exception? failure = null;
        int failedCount = 0;
        for (int i = 0; i < reads.Length; i++)
        {
            if (!reads[i].IsCompletedSuccessfully)
            {
                failedCount++;
                failure ??= reads[i].Exception?.InnerException ?? TookTooLong();
            }
            else if (ScoreCacheEntry.Parse(await reads[i].ConfigureAwait(false), call.Keys[claims[i].Index]) is { } entry)
            {
                call.Entries[claims[i].Index] = entry;
                if (claims[i].IsMine)
                {
                    claims[i].Score.Complete(entry);
                }
            }
        }

        if (failure is not null)
        {
            WarnOnce(call, failure, failedCount);
        }
    }

    private async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        Task<byte[]?> read = _cache
            .GetOrCreateAsync(key, state: 0, static (_, _) => new ValueTask<byte[]?>((byte[]?)null), _lookupOptions, tags: null, cancellationToken)
            .AsTask();
        return await read.WaitOrLeaveAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task KeepAsync(CachingCall call, List<Claim> claims, CancellationToken cancellationToken)
    {
        // A cache that did not answer would only take time again.
        HybridCacheEntryOptions options = call.HasCacheFailed ? _localEntryOptions : _entryOptions;
        using var timeout = new CancellationTokenSource(_cacheTimeout, _timeProvider);
        using var late = new CancellationTokenSource(TimeForWriting(call), _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, late.Token);
        Task<bool> writes = WriteAsync(call, claims, options);
        try
        {
            await writes.WaitOrLeaveAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested && !timeout.IsCancellationRequested)
        {
            // The scores are there: the call must not lose them to a write, which goes on.
        }
        catch (Exception exception)
        {
            WarnOnce(call, timeout.IsCancellationRequested ? TookTooLong() : exception, claims.Count);
        }
    }

    // Half of what is left, so that the scores come before whoever set the limit has gone.
    private TimeSpan TimeForWriting(CachingCall call)
    {
        if (call.Options?.Timeout is not { } limit)
        {
            return Timeout.InfiniteTimeSpan;
        }

        TimeSpan left = limit - _timeProvider.GetElapsedTime(call.StartTimestamp);
        return left > TimeSpan.Zero ? TimeBudget.ForTimer(left / 2) : TimeSpan.Zero;
    }

    // Without the caller's token: the scores are there, and keeping them is worth it also where the caller has left.
    private async Task<bool> WriteAsync(CachingCall call, List<Claim> claims, HybridCacheEntryOptions options)
    {
        await Task.WhenAll(claims.Select(claim => SetAsync(call.Keys[claim.Index], call.Entries[claim.Index]!))).ConfigureAwait(false);
        return true;

        Task SetAsync(string key, ScoreCacheEntry entry) => _cache.SetAsync(key, entry.ToBytes(key), options, tags: null, CancellationToken.None).AsTask();
    }

    private TimeoutException TookTooLong() =>
        new($"The cache took longer than {_cacheTimeout}. Raise {nameof(CachingRelevanceScorerOptions.CacheTimeout)}, or check the cache.");

    private void WarnOnce(CachingCall call, Exception exception, int failedCount)
    {
        if (!call.HasCacheFailed)
        {
            call.HasCacheFailed = true;
            LogCacheFailed(exception, failedCount, call.Keys.Length);
        }
    }

    [LoggerMessage(
        EventId = 50, Level = LogLevel.Warning, Message = "The cache failed for {FailedCount} of {DocumentCount} documents; their scores do not depend on it.")]
    private partial void LogCacheFailed(Exception exception, int failedCount, int documentCount);

    [LoggerMessage(
        EventId = 51, Level = LogLevel.Warning, Message = "The revision of model {ModelId} can't be told, so its scores are neither looked up nor kept.")]
    private partial void LogNoRevision(Exception exception, string? modelId);

    [LoggerMessage(
        EventId = 52,
        Level = LogLevel.Debug,
        Message = "The scores of {DocumentCount} documents are not kept: " +
            "they are invalid, or those of a chain, a cascade or a scorer with a name or a threshold.")]
    private partial void LogNotKept(int documentCount);

    [LoggerMessage(
        EventId = 53,
        Level = LogLevel.Debug,
        Message = "Scored {DocumentCount} documents anew, because the kept scores are of another model than the new ones.")]
    private partial void LogScoredAnew(int documentCount);
}

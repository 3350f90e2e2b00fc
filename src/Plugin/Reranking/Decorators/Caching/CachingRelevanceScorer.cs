using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Decorators.Caching;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>
/// A decorator that caches scores in a <see cref="HybridCache"/> per document, and asks the inner scorer for the missing ones in a single call.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. If another call of this instance is already scoring a document, its result is awaited instead of scoring the document again; if that call fails
/// or its caller leaves, those who wait score it themselves. Only completed, valid scores are cached. A call never fails because of the cache: documents that
/// the cache does not return in time are scored, and a warning is logged.
/// </para>
/// <para>
/// It is meant for scorers whose score of a document depends only on the query and the document, and belongs directly around such a scorer. The results of
/// chains and cascades, and those that carry the name of a scorer or a threshold, are passed through without being cached. The same is true of a scorer that
/// reports neither its model nor its revision, or does not know its revision yet, of options of a derived type, and of options with properties other than
/// strings, numbers and booleans.
/// </para>
/// <para>
/// The usage of a result is what the call itself consumed: nothing, if all scores were cached. The cache contains numbers, the name of the model and a hash,
/// never text, so calls that keep their text on this machine use a remote cache too. The hash is not secret: anyone who knows a query and a document can find
/// out that they were scored.
/// </para>
/// <para>The cache itself limits how much memory the scores take: <c>MemoryCacheOptions.SizeLimit</c> for the local one, <c>maxmemory</c> for Redis.</para>
/// </remarks>
public sealed partial class CachingRelevanceScorer : DelegatingRelevanceScorer
{
    private readonly HybridCache _cache;
    private readonly string _keyPrefix;
    private readonly TimeSpan _cacheTimeout;
    private readonly HybridCacheEntryOptions _entryOptions;
    private readonly HybridCacheEntryOptions _localEntryOptions;
    private readonly HybridCacheEntryOptions _lookupOptions;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly CachingMetrics _metrics;
    private readonly PendingScores _pending = new();
    private volatile KnownRevision? _known;
    private volatile bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="CachingRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer that computes the scores that are not cached.</param>
    /// <param name="cache">The cache. It is not disposed.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="logger">Logs one warning per call in which the cache fails, or <see langword="null"/>.</param>
    /// <param name="timeProvider">
    /// The clock for <see cref="CachingRelevanceScorerOptions.CacheTimeout"/>, or <see langword="null"/> for the system clock.
    /// </param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> or <paramref name="cache"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public CachingRelevanceScorer(
        IRelevanceScorer innerScorer,
        HybridCache cache,
        CachingRelevanceScorerOptions? options = null,
        ILogger? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
        : base(innerScorer)
    {
        ArgumentNullException.ThrowIfNull(cache);
        options ??= new CachingRelevanceScorerOptions();
        options.ThrowIfInvalid(nameof(options));
        _cache = cache;
        _keyPrefix = options.KeyPrefix;
        _cacheTimeout = options.CacheTimeout;
        _entryOptions = EntryOptions(options, HybridCacheEntryFlags.DisableCompression);
        _localEntryOptions = EntryOptions(options, HybridCacheEntryFlags.DisableCompression | HybridCacheEntryFlags.DisableDistributedCache);

        // A miss must leave nothing behind; a hit of the distributed cache shall be a local one from then on.
        _lookupOptions = EntryOptions(options, HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableDistributedCacheWrite);
        _logger = logger ?? NullLogger.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = CachingMetrics.Create(meterFactory);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        var texts = new DistinctTexts(documents);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        long start = _timeProvider.GetTimestamp();

        RelevanceScorerMetadata? metadata = InnerScorer.GetService<RelevanceScorerMetadata>();
        return texts.PositionCount > 0 && await KeysAsync(metadata, query, texts, options, cancellationToken).ConfigureAwait(false) is { } keys
            ? await ScoreAsync(
                new CachingCall(query, texts, options, keys, CachingMetrics.Tags(metadata, options)) { StartTimestamp = start },
                cancellationToken).ConfigureAwait(false)
            : await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    private static HybridCacheEntryOptions EntryOptions(CachingRelevanceScorerOptions options, HybridCacheEntryFlags flags) =>
        new() { Expiration = options.Expiration, LocalCacheExpiration = options.LocalExpiration, Flags = flags };

    private async Task<string[]?> KeysAsync(
        RelevanceScorerMetadata? metadata, string query, DistinctTexts texts, RelevanceScoringOptions? options, CancellationToken cancellationToken)
    {
        if (metadata is null)
        {
            return null;
        }

        try
        {
            if (_known is not { } known || known.Metadata != metadata)
            {
                string? revision = null;
                if (InnerScorer.GetService<IModelRevision>() is { } model)
                {
                    revision = await model.GetRevisionAsync(cancellationToken).AsTask().WaitOrLeaveAsync(cancellationToken).ConfigureAwait(false);
                    if (revision is null)
                    {
                        return null;   // a name alone may stand for another model by the time that the score is read
                    }
                }

                known = new KnownRevision(metadata, revision);
                _known = known;
            }

            return ScoreCacheKeys.Create(_keyPrefix, metadata, known.Revision, options, query, texts.Texts);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What is wrong with its files, the scorer itself says best.
            LogNoRevision(exception, metadata.ModelId);
            return null;
        }
    }

    private async Task<RelevanceScores> ScoreAsync(CachingCall call, CancellationToken cancellationToken)
    {
        bool waits = true;
        while (Array.FindAll(call.Indices, index => call.Entries[index] is null) is { Length: > 0 } missing)
        {
            // Claimed before the cache is asked: the other way round, what another call keeps in between would be missed.
            List<Claim> claims = _pending.Claim(missing, call.Keys);
            List<Claim> mine = claims.FindAll(claim => claim.IsMine || !waits);
            try
            {
                await LookUpAsync(call, mine, cancellationToken).ConfigureAwait(false);
                await ScoreMissingAsync(call, mine.FindAll(claim => call.Entries[claim.Index] is null), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                foreach (Claim claim in mine.Where(static claim => claim.IsMine))
                {
                    claim.Score.Abandon(cancellationToken.IsCancellationRequested);
                    _pending.Release(claim.Score);
                }
            }

            foreach (Claim other in waits ? claims.FindAll(static claim => !claim.IsMine) : [])
            {
                PendingScoreOutcome outcome = await other.Score.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
                call.Entries[other.Index] = outcome.Entry;

                // If a scorer fails, those who wait must not fail one after the other.
                waits &= outcome.Entry is not null || outcome.IsCanceled;
            }
        }

        if (!call.IsConsistent)
        {
            // The model changed under its name, or a chain asked another scorer: scores of two models can't be ranked together.
            LogScoredAnew(call.Keys.Length);
            await ScoreMissingAsync(call, [.. call.Indices.Select(Claim.Unshared)], cancellationToken).ConfigureAwait(false);
        }

        _metrics.RecordHits(call.HitCount, call.Tags);
        return call.ToScores();
    }

    /// <summary>Asks the inner scorer for documents, in one call, and keeps what it answers.</summary>
    private async Task ScoreMissingAsync(CachingCall call, List<Claim> claims, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
        {
            return;
        }

        _metrics.RecordMisses(claims.Count, call.Tags);
        string[] texts = [.. claims.Select(claim => call.Texts[claim.Index])];

        // Left behind if it ignores its token: others wait for these documents, and must learn that this call has gone.
        RelevanceScores? answer = await base.ScoreAsync(call.Query, texts, WithTimeLeft(call), cancellationToken)
            .WaitOrLeaveAsync(cancellationToken).ConfigureAwait(false);
        if (RelevanceScoresValidator.FindCountProblem(answer, texts.Length, InnerScorer.DisplayName()) is { } problem)
        {
            throw new RelevanceScoringException(problem);
        }

        call.Add(answer!, claims);
        if (!CachingCall.IsReproducible(answer!)
            || claims.Exists(claim => call.Entries[claim.Index] is { Score: { IsScored: true, IsEstimate: false }, IsKeepable: false }))
        {
            LogNotKept(texts.Length);
            return;
        }

        claims = claims.FindAll(claim => call.Entries[claim.Index]!.IsKeepable);   // what is not scored, or estimated, may be scored the next time

        foreach (Claim claim in claims.Where(static claim => claim.IsMine))
        {
            claim.Score.Complete(call.Entries[claim.Index]!);
        }

        await KeepAsync(call, claims, cancellationToken).ConfigureAwait(false);
    }

    // What the cache and the wait for another call took is gone for the scorer.
    private RelevanceScoringOptions? WithTimeLeft(CachingCall call)
    {
        TimeSpan elapsed = _timeProvider.GetElapsedTime(call.StartTimestamp);
        if (call.Options?.Timeout is not { } limit || elapsed <= TimeSpan.Zero)
        {
            return call.Options;
        }

        RelevanceScoringOptions options = call.Options.Clone();
        options.Timeout = limit > elapsed ? limit - elapsed : TimeSpan.FromTicks(1);
        return options;
    }

    private sealed record KnownRevision(RelevanceScorerMetadata Metadata, string? Revision);
}

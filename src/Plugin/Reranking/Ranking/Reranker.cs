using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Diagnostics;
using Reranking.Ranking;
using Reranking.Scoring;

namespace Reranking;

/// <summary>Reorders the candidates of a first stage by relevance, keeps the best, and still returns a result if the scorer fails.</summary>
/// <remarks>
/// <para>Thread-safe; one instance serves the whole application. It does not own the scorer and does not dispose it.</para>
/// <para>
/// The text of queries and documents is passed only to the scorer. Logs and metrics never contain it, and spans only with
/// <see cref="RerankingOptions.EnableSensitiveData"/>.
/// </para>
/// </remarks>
public sealed partial class Reranker
{
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly RerankingMetrics _metrics;
    private readonly Func<RerankingContext> _acquire;
    private readonly ScaleWatch _scaleWatch = new();

    /// <summary>Initializes a new instance of the <see cref="Reranker"/> class.</summary>
    /// <param name="scorer">Scores the candidates.</param>
    /// <param name="options">The options for calls without options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="logger">Logs each call at Debug, and warnings about fallbacks and truncation; or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock for timeouts and durations, or <see langword="null"/> for the system clock.</param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scorer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Reranker(
        IRelevanceScorer scorer,
        RerankingOptions? options = null,
        ILogger<Reranker>? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
        : this(Fixed(scorer, options), logger, timeProvider, meterFactory)
    {
    }

    /// <summary>Initializes a new instance of the <see cref="Reranker"/> class whose options and scorer may change from call to call.</summary>
    internal Reranker(Func<RerankingContext> acquire, ILogger<Reranker>? logger, TimeProvider? timeProvider, IMeterFactory? meterFactory)
    {
        _acquire = acquire;
        _logger = logger ?? NullLogger<Reranker>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = RerankingMetrics.Create(meterFactory);
    }

    /// <summary>Gets a copy of the options for calls without options, which can be changed for a single call.</summary>
    public RerankingOptions DefaultOptions
    {
        get
        {
            using RerankingContext context = _acquire();
            return context.Options.Clone();
        }
    }

    /// <summary>Prepares a page of a ranking, for searches that retrieve extra candidates, rerank, skip and take.</summary>
    /// <param name="query">The text that the candidates are judged against. If it is blank, nothing is reranked.</param>
    /// <param name="skip">How many candidates of the ranking to skip, from 0.</param>
    /// <param name="top">The maximum number of candidates on the page, from 1.</param>
    /// <param name="options">
    /// The options of this call, or <see langword="null"/> for those of the reranker. They are copied; <see cref="RerankingOptions.TopN"/> is ignored.
    /// </param>
    /// <returns>The page, which says how many candidates to retrieve for it, and reranks them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="skip"/> is below 0, or <paramref name="top"/> is below 1.</exception>
    public RerankingPage GetPage(string query, int skip, int top, RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return new RerankingPage(this, query, skip, top, options?.Clone() ?? DefaultOptions);
    }

    /// <summary>Reranks texts.</summary>
    /// <param name="query">The text that the documents are judged against.</param>
    /// <param name="documents">The documents, in first-stage order.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the reranker.</param>
    /// <param name="cancellationToken">Cancels the call, regardless of <see cref="RerankingOptions.OnFailure"/>.</param>
    /// <returns>The ranking and how it was produced.</returns>
    /// <inheritdoc cref="RerankAsync{T}(string, IReadOnlyList{T}, Func{T, string}, RerankingOptions, CancellationToken)" path="/exception"/>
    public Task<RerankingResult<string>> RerankAsync(
        string query,
        IReadOnlyList<string> documents,
        RerankingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RerankAsync(query, documents, static document => document, options, cancellationToken);

    /// <summary>Reranks candidates of any type.</summary>
    /// <typeparam name="T">The type of the candidates.</typeparam>
    /// <param name="query">The text that the candidates are judged against.</param>
    /// <param name="candidates">The candidates, in first-stage order.</param>
    /// <param name="textSelector">Returns the text of a candidate. A candidate without text is not scored and ranks last.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the reranker.</param>
    /// <param name="cancellationToken">Cancels the call, regardless of <see cref="RerankingOptions.OnFailure"/>.</param>
    /// <returns>The ranking and how it was produced.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="RelevanceScoringException">
    /// The scorer failed or returned invalid scores, and <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    /// <exception cref="TimeoutException">
    /// The scorer took longer than <see cref="RerankingOptions.Timeout"/>, and <see cref="RerankingOptions.OnFailure"/> is
    /// <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    public async Task<RerankingResult<T>> RerankAsync<T>(
        string query,
        IReadOnlyList<T> candidates,
        Func<T, string?> textSelector,
        RerankingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(textSelector);
        using RerankingContext context = _acquire();
        RerankingOptions settings = Resolve(options, context.Options);
        cancellationToken.ThrowIfCancellationRequested();

        long start = _timeProvider.GetTimestamp();
        CandidateTexts<T> texts = Texts(query, textSelector, recordSelector: null, settings, context);
        for (int i = 0; i < candidates.Count && !texts.IsComplete; i++)
        {
            texts.Add(candidates[i]);
        }

        return await RankAsync(context, query, texts, candidates.Count, settings, start, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reranks candidates as a search yields them, without taking more than can be part of the ranking.</summary>
    /// <remarks>
    /// Candidates beyond the first <see cref="RerankingOptions.CandidateCount"/> only fill up the ranking. None is requested after they have taken
    /// <see cref="RerankingOptions.Timeout"/>, and no more than 10,000 beyond <see cref="RerankingOptions.TopN"/>, so that an endless stream ends. A stream
    /// that stalls is waited for until <paramref name="cancellationToken"/> is canceled.
    /// </remarks>
    /// <inheritdoc cref="RerankAsync{T}(string, IReadOnlyList{T}, Func{T, string}, RerankingOptions, CancellationToken)"/>
    public Task<RerankingResult<T>> RerankAsync<T>(
        string query,
        IAsyncEnumerable<T> candidates,
        Func<T, string?> textSelector,
        RerankingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RerankAsync(query, candidates, textSelector, recordSelector: null, options, cancellationToken);

    /// <summary>Reranks candidates that wrap the record which the rules for what must stay on this machine are about.</summary>
    internal async Task<RerankingResult<T>> RerankAsync<T>(
        string query,
        IAsyncEnumerable<T> candidates,
        Func<T, string?> textSelector,
        Func<T, object?>? recordSelector,
        RerankingOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(textSelector);
        using RerankingContext context = _acquire();
        RerankingOptions settings = Resolve(options, context.Options);
        cancellationToken.ThrowIfCancellationRequested();

        CandidateTexts<T> texts = Texts(query, textSelector, recordSelector, settings, context);
        long? tailStart = null;
        await foreach (T candidate in candidates.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            texts.Add(candidate);
            cancellationToken.ThrowIfCancellationRequested();   // a stream need not look at the token
            if (texts.IsComplete || (texts.AreAllToScoreKnown && IsOverdue(tailStart ??= _timeProvider.GetTimestamp(), settings.Timeout)))
            {
                break;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await RankAsync(context, query, texts, texts.Count, settings, _timeProvider.GetTimestamp(), cancellationToken).ConfigureAwait(false);
    }

    private bool IsOverdue(long start, TimeSpan timeout) => timeout != Timeout.InfiniteTimeSpan && _timeProvider.GetElapsedTime(start) > timeout;

    private async Task<RerankingResult<T>> RankAsync<T>(
        RerankingContext context,
        string query,
        CandidateTexts<T> texts,
        int candidateCount,
        RerankingOptions settings,
        long start,
        CancellationToken cancellationToken)
    {
        IRelevanceScorer scorer = context.Scorer;
        RelevanceScorerMetadata? metadata = scorer.GetService<RelevanceScorerMetadata>();
        TagList tags = RerankingMetrics.TagsOf(metadata);
        _metrics.RecordCandidates(candidateCount, tags);

        RerankingReason skip = SkipReason(query, texts.Count, texts.Documents.Count, settings.MinScore ?? scorer.GetService<ScorerThreshold>()?.MinScore);
        if (skip != RerankingReason.None)
        {
            LogSkipped(candidateCount, skip);
            return Unranked(RerankingOutcome.Skipped, skip, cause: null, keptLocal: false);
        }

        bool keptLocal = scorer.KeepsLocal(new RelevanceScoringOptions { KeepLocal = texts.KeepLocal });
        using Activity? activity = StartActivity(metadata, query, texts.Documents, candidateCount, keptLocal, settings);
        (RelevanceScores? scores, RerankingReason reason, Exception? failure) =
            await ScoreAsync(scorer, context.Options.Timeout, query, texts.Documents, texts.KeepLocal, settings, tags, activity, cancellationToken)
                .ConfigureAwait(false);
        if (scores is null)
        {
            _metrics.RecordFallback(reason, tags);
            activity?.SetTag(RerankingTelemetry.Tags.Outcome, RerankingMetrics.TagValue(RerankingOutcome.FellBack));
            if (keptLocal)
            {
                activity?.SetTag(RerankingTelemetry.Tags.KeptLocal, true);
            }

            LogFellBack(failure!, texts.Documents.Count, reason);
            return Unranked(RerankingOutcome.FellBack, reason, failure, keptLocal);
        }

        double? minScore = settings.MinScore ?? scores.MinScore;
        List<RankedCandidate<T>> ranking = Cut(texts.ByRelevance(scores), minScore, settings.TopN);
        int truncated = scores.Count(static score => score.IsTruncated);
        Report(ranking, scores, truncated, candidateCount, keptLocal, tags, activity);
        WarnOfScale(texts.Documents, scores, minScore, ranking.Count);
        return new RerankingResult<T>(ranking)
        {
            Outcome = RerankingOutcome.Reranked,
            ScorerMetadata = scores.ScorerMetadata ?? metadata,
            ScorerName = scores.ScorerName,
            FailedAttempts = scores.FailedAttempts,
            KeptLocal = keptLocal,
            MinScore = minScore,
            ModelId = scores.ModelId ?? metadata?.ModelId,
            ScoredCount = scores.Count(static score => score.IsScored),
            EstimatedCount = scores.Count(static score => score is { IsEstimate: true, IsScored: true }),
            TruncatedCount = truncated,
            Usage = scores.Usage,
            AdditionalProperties = scores.AdditionalProperties,
            Elapsed = _timeProvider.GetElapsedTime(start),
        };

        RerankingResult<T> Unranked(RerankingOutcome outcome, RerankingReason why, Exception? cause, bool keptLocal) =>
            new(texts.InFirstStageOrder(settings.TopN))
            {
                Outcome = outcome,
                Reason = why,
                Failure = cause,
                FailedAttempts = (cause as RelevanceScoringException)?.FailedAttempts ?? [],
                KeptLocal = keptLocal,
                ScorerMetadata = metadata,
                Elapsed = _timeProvider.GetElapsedTime(start),
            };
    }

    private static RerankingReason SkipReason(string query, int candidateCount, int documentCount, double? minScore) =>
        candidateCount == 0 ? RerankingReason.NoCandidates
        : string.IsNullOrWhiteSpace(query) ? RerankingReason.BlankQuery
        : documentCount == 0 ? RerankingReason.BlankDocuments
        : candidateCount == 1 && minScore is null ? RerankingReason.SingleCandidate
        : RerankingReason.None;

    private static List<RankedCandidate<T>> Cut<T>(List<RankedCandidate<T>> ranking, double? minScore, int topN)
    {
        // In the ranking of a cascade the threshold is one for the last stage: candidates that were scored by earlier stages alone are left out too,
        // and so are those that were only estimated.
        int lastStage = ranking.Max(static candidate => candidate.Relevance is { IsEstimate: false } score ? score.Stage : (int?)null) ?? 0;
        IEnumerable<RankedCandidate<T>> kept = minScore is null
            ? ranking
            : ranking.Where(candidate => candidate.Relevance is { IsEstimate: false } score && score.Stage == lastStage && score.Value >= minScore);
        return [.. kept.Take(topN)];
    }

    private static Func<RerankingContext> Fixed(IRelevanceScorer scorer, RerankingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        RerankingOptions settings = options?.Clone() ?? new RerankingOptions();
        RerankingOptionsValidator.ThrowIfInvalid(settings, nameof(options));
        Func<IRelevanceScorer> getScorer = () => scorer;
        return () => new RerankingContext(settings, getScorer);
    }

    private static RerankingOptions Resolve(RerankingOptions? options, RerankingOptions defaults)
    {
        if (options is null)
        {
            return defaults;
        }

        RerankingOptions settings = options.Clone();   // whoever owns the options may change them while the scorer works
        RerankingOptionsValidator.ThrowIfInvalid(settings, nameof(options));
        settings.KeepLocal |= defaults.KeepLocal;   // options of one call must not open what is closed for all
        return settings;
    }

    private static CandidateTexts<T> Texts<T>(
        string query, Func<T, string?> textSelector, Func<T, object?>? recordSelector, RerankingOptions settings, in RerankingContext context)
    {
        Func<object?, bool>? rule = context.KeepLocal;
        Func<T, bool>? mustStay = rule is null ? null
            : recordSelector is null ? candidate => rule(candidate)
            : candidate => rule(recordSelector(candidate));
        return new CandidateTexts<T>(textSelector, settings, mustStay, string.IsNullOrWhiteSpace(query));
    }
}

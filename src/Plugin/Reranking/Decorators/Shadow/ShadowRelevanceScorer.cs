using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>
/// A decorator that has a second scorer, the shadow, score a sample of the calls in the background, and records how similar the two rankings are, so that a
/// team can evaluate a replacement on its own traffic.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. Results, failures and cancellations are those of the inner scorer, and no result waits for the shadow: it starts after the result is available,
/// on the thread pool, independent of the caller's token and spans. A failure of the shadow is counted and logged at Debug, and has no other effect.
/// </para>
/// <para>
/// It costs what the shadow costs: a local shadow takes processors from the main scorer, and a hosted one is billed. Sampled text is sent to the shadow, so a
/// hosted one sees it; calls with <see cref="RelevanceScoringOptions.KeepLocal"/>, set by the caller or by an inner
/// <see cref="ConfigureOptionsRelevanceScorer"/>, are only sent to a local shadow. A model named in the options applies to the inner scorer; the shadow uses
/// its own. Shadow calls are marked as <see cref="RelevanceScoringOptions.IsBackground"/>, so that a rate-limited scorer serves foreground calls first.
/// </para>
/// <para>
/// It owns both scorers. On disposal, shadow calls are canceled, and the shadow is disposed after the last of them has ended; a call that never ends keeps it
/// alive.
/// </para>
/// </remarks>
public sealed partial class ShadowRelevanceScorer : DelegatingRelevanceScorer
{
    private readonly IRelevanceScorer _shadowScorer;
    private readonly ShadowRelevanceScorerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly ShadowMetrics _metrics;
    private readonly CancellationTokenSource _disposal = new();
    private readonly object _lock = new();
    private int _underWay;
    private bool _isDisposed;

    /// <summary>Initializes a new instance of the <see cref="ShadowRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer that answers.</param>
    /// <param name="shadowScorer">The scorer that is compared with it.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="logger">Logs at Debug when the shadow fails, or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock for the timeout and durations, or <see langword="null"/> for the system clock.</param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> or <paramref name="shadowScorer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ShadowRelevanceScorer(
        IRelevanceScorer innerScorer,
        IRelevanceScorer shadowScorer,
        ShadowRelevanceScorerOptions? options = null,
        ILogger? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
        : base(innerScorer)
    {
        ArgumentNullException.ThrowIfNull(shadowScorer);
        _shadowScorer = shadowScorer;
        _options = options?.Copy() ?? new ShadowRelevanceScorerOptions();
        _options.ThrowIfInvalid(nameof(options));
        _logger = logger ?? NullLogger.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = ShadowMetrics.Create(meterFactory);
    }

    /// <summary>Gets the source of the random numbers that sample the calls, from 0 to below 1.</summary>
    internal Func<double> Draw { get; init; } = Random.Shared.NextDouble;

    /// <inheritdoc/>
    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RelevanceScores scores = await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        if (documents.Count >= 2 && !cancellationToken.IsCancellationRequested && Draw() < _options.SampleRate)
        {
            Start(query, documents, options, scores);
        }

        return scores;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        bool isIdle;
        lock (_lock)
        {
            if (_isDisposed || !disposing)
            {
                return;
            }

            _isDisposed = true;
            isIdle = _underWay == 0;
        }

        try
        {
            base.Dispose(disposing);
        }
        finally
        {
            _disposal.Cancel();
            if (isIdle)
            {
                _shadowScorer.Dispose();
            }
        }
    }

    private static bool AreComparable(RelevanceScores? scores, int count) =>
        scores?.Count == count && scores.All(static score => !score.IsScored || double.IsFinite(score.RawValue)) && scores.Any(static score => score.IsScored);

    private void Start(string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options, RelevanceScores scores)
    {
        try
        {
            RelevanceScorerMetadata? shadow = _shadowScorer.GetService<RelevanceScorerMetadata>();
            if (!AreComparable(scores, documents.Count) || (shadow is not { IsLocal: true } && InnerScorer.KeepsLocal(options)))
            {
                return;
            }

            // The names of the configuration: what an answer calls its model could be another name in each call.
            string? model = (scores.ScorerMetadata ?? InnerScorer.GetService<RelevanceScorerMetadata>())?.ModelId;

            // Copied, since both belong to the caller again once it has its answer.
            string[] copy = [.. documents];
            RelevanceScoringOptions shadowOptions = options?.Clone() ?? new RelevanceScoringOptions();
            shadowOptions.ModelId = null;
            shadowOptions.Timeout = _options.Timeout;
            shadowOptions.IsBackground = true;
            if (!TryEnter())
            {
                _metrics.RecordDropped(ShadowMetrics.Tags(model, shadow?.ModelId));
                return;
            }

            // Unsafe is what is wanted: without the caller's execution context, whose activity ends with the answer.
            ThreadPool.UnsafeQueueUserWorkItem(
                static call => _ = AbandonedTask.ObserveAsync(
                    call.Scorer.RunAsync(call.Query, call.Documents, call.Options, call.Scores, call.Model, call.ShadowModel)),
                (Scorer: this, Query: query, Documents: copy, Options: shadowOptions, Scores: scores, Model: model, ShadowModel: shadow?.ModelId),
                preferLocal: false);
        }
        catch (Exception exception)
        {
            // Whatever it is, it is not a reason to withhold the answer.
            LogFailed(exception, documents.Count);
        }
    }

    private async Task RunAsync(string query, string[] documents, RelevanceScoringOptions options, RelevanceScores scores, string? model, string? shadowModel)
    {
        CircuitCall? circuit = null;
        long start = _timeProvider.GetTimestamp();
        Task<RelevanceScores>? scoring = null;
        using var timeout = new CancellationTokenSource(_options.Timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposal.Token);
        try
        {
            CircuitBreaker? breaker = _shadowScorer.GetService<ICircuitBreakerSource>()?.GetCircuitBreaker(options);
            circuit = breaker?.TryEnter();
            if (breaker is not null && circuit is null)
            {
                _metrics.RecordDropped(ShadowMetrics.Tags(model, shadowModel));
                return;
            }

            scoring = _shadowScorer.ScoreAsync(query, documents, options, linked.Token);
            RelevanceScores? shadow = await scoring.WaitAsync(linked.Token).ConfigureAwait(false);
            if (!AreComparable(shadow, documents.Length))
            {
                throw new RelevanceScoringException(RelevanceScoresValidator.FindProblem(shadow, documents.Length, "the shadow"));
            }

            circuit?.Succeed();

            // What one of the two could not score can't be compared.
            int[] both = [.. Enumerable.Range(0, documents.Length).Where(i => scores[i].IsScored && shadow![i].IsScored)];
            RelevanceScore[] first = [.. both.Select(i => scores[i])];
            RelevanceScore[] second = [.. both.Select(i => shadow![i])];
            _metrics.RecordCompared(
                _timeProvider.GetElapsedTime(start),
                RankCorrelation.KendallTau(first, second),
                RankCorrelation.Overlap(first, second, _options.OverlapAt),
                ShadowMetrics.Tags(model, shadowModel));
        }
        catch (Exception exception)
        {
            Exception failure = timeout.IsCancellationRequested
                ? new TimeoutException(
                    $"The shadow took longer than {_options.Timeout} for {documents.Length} documents. " +
                    $"Raise {nameof(ShadowRelevanceScorerOptions)}.{nameof(ShadowRelevanceScorerOptions.Timeout)}.",
                    exception)
                : exception;
            if (_disposal.IsCancellationRequested)
            {
                circuit?.Leave();
            }
            else
            {
                circuit?.Fail(failure, hadTime: failure is not TimeoutException);   // how long a shadow may take is its own setting
            }

            LogFailed(failure, documents.Length);
            _metrics.RecordFailed(_timeProvider.GetElapsedTime(start), failure.GetType().FullName!, ShadowMetrics.Tags(model, shadowModel));
        }
        finally
        {
            // One that does not heed its token keeps its place until it ends, or such calls would pile up.
            await AbandonedTask.ObserveAsync(scoring ?? Task.CompletedTask).ConfigureAwait(false);
            Leave();
        }
    }

    private bool TryEnter()
    {
        lock (_lock)
        {
            bool isFree = !_isDisposed && _underWay < _options.MaxConcurrency;
            _underWay += isFree ? 1 : 0;
            return isFree;
        }
    }

    private void Leave()
    {
        bool isLast;
        lock (_lock)
        {
            _underWay--;
            isLast = _isDisposed && _underWay == 0;
        }

        if (isLast)
        {
            _shadowScorer.Dispose();
        }
    }

    [LoggerMessage(EventId = 55, Level = LogLevel.Debug, Message = "The shadow failed to score {DocumentCount} documents; the answer does not depend on it.")]
    private partial void LogFailed(Exception exception, int documentCount);
}

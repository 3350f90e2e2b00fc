using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Composition;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>Calls several scorers in turn: each one is called if the one before it fails, is too slow or returns invalid scores.</summary>
/// <remarks>
/// <para>
/// Thread-safe; owns the scorers. All scores of a result come from one scorer, so scales are never mixed. <see cref="RelevanceScores.FailedAttempts"/> lists
/// the scorers that did not answer, and why.
/// </para>
/// <para>
/// <see cref="RelevanceScoringOptions.Timeout"/> is divided: each scorer gets an equal share of the remaining time, so that a slow one leaves time for the
/// next. A scorer that failed five times in a row is skipped for 30 seconds; then a single call tries it again. If
/// <see cref="RelevanceScoringOptions.KeepLocal"/> is set, hosted scorers are skipped.
/// </para>
/// <para>
/// Some failures do not count: a query or documents that the scorer rejects (<see cref="RelevanceScoringException.IsRequestFault"/>), a call held back by the
/// application's own rate limit (<see cref="RelevanceScoringException.IsRateLimited"/>), and a timeout or transient failure in a call that had less than half
/// of the time that <see cref="UsualTimeout"/> gives the scorer. A configured scorer shares its failure count among all of its callers.
/// </para>
/// </remarks>
public sealed partial class ChainRelevanceScorer : IRelevanceScorer, IKeepLocalSource
{
    private readonly (ChainLink Link, CircuitBreaker Breaker)[] _links;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly RerankingMetrics _metrics;
    private bool _disposed;

    /// <summary>Initializes a new instance of the <see cref="ChainRelevanceScorer"/> class.</summary>
    /// <param name="scorers">
    /// The scorers, in the order in which they are called; at least one. Results, logs and metrics identify them by their models, or else by their providers or
    /// types.
    /// </param>
    /// <param name="logger">Logs a warning for each scorer that did not answer; or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock, or <see langword="null"/> for the system clock.</param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scorers"/> or one of the scorers is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="scorers"/> is empty.</exception>
    public ChainRelevanceScorer(
        IEnumerable<IRelevanceScorer> scorers,
        ILogger<ChainRelevanceScorer>? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
        : this(Links(scorers), logger, timeProvider, meterFactory)
    {
    }

    internal ChainRelevanceScorer(
        IReadOnlyList<ChainLink> links,
        ILogger<ChainRelevanceScorer>? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
    {
        _logger = logger ?? NullLogger<ChainRelevanceScorer>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = RerankingMetrics.Create(meterFactory);
        _links = [.. links.Select(link => (link, new CircuitBreaker(_timeProvider)))];
    }

    /// <summary>
    /// Gets the usual time limit of a call, such as <see cref="RerankingOptions.Timeout"/>, so that a call with much less time does not open the circuit for
    /// others.
    /// </summary>
    /// <value>
    /// More than zero. The default is <see langword="null"/>: unknown. Every timeout then counts as a failure, except for scorers whose own timeout says how
    /// much time they need.
    /// </value>
    public TimeSpan? UsualTimeout { get; init; }

    /// <inheritdoc/>
    /// <exception cref="RelevanceScoringException">No scorer answered; <see cref="RelevanceScoringException.FailedAttempts"/> says why.</exception>
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        DocumentList.ThrowIfInvalid(documents);   // here, so that it is not a failure of the first scorer
        ObjectDisposedException.ThrowIf(_disposed, this);
        var budget = new TimeBudget(options?.Timeout, _timeProvider);
        List<ScoringAttempt> failed = [];
        for (int i = 0; i < _links.Length; i++)
        {
            (ChainLink link, CircuitBreaker breaker) = _links[i];
            if (!ScorerCall.MayRead(link.Scorer, options))
            {
                failed.Add(new ScoringAttempt(link.Name, ScoringAttemptReason.KeptLocal, null, TimeSpan.Zero));
                continue;
            }

            var call = new ScorerCall(link.Name, link.Scorer, _timeProvider)
            {
                Timeout = budget.Share(_links.Length - i, link.Timeout),
                UsualTimeout = new TimeBudget(UsualTimeout, _timeProvider).Share(_links.Length, link.Timeout),
                CircuitBreaker = breaker,
            };
            (RelevanceScores? scores, ScoringAttempt? attempt) = await call.TryAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
            if (scores is not null)
            {
                return failed.Count == 0 && scores.ScorerName is not null
                    ? scores
                    : new RelevanceScores(scores, scores)
                    {
                        ScorerName = scores.ScorerName ?? link.Name,
                        FailedAttempts = [.. failed, .. scores.FailedAttempts],
                    };
            }

            Report(attempt!);
        }

        string reasons = string.Join(", ", failed.Select(static attempt => $"'{attempt.ScorerName}' ({attempt.Reason})"));
        throw new RelevanceScoringException(
            $"No scorer of the chain answered: {reasons}. Check Reranking:Use and the settings of the scorers.",
            failed.LastOrDefault(static attempt => attempt.Failure is not null)?.Failure)
        {
            FailedAttempts = failed,
            IsTransient = failed.Exists(
                static attempt => attempt.Reason != ScoringAttemptReason.KeptLocal && attempt.Failure is not RelevanceScoringException { IsTransient: false }),
            IsRequestFault = failed.TrueForAll(static attempt => attempt.Failure is RelevanceScoringException { IsRequestFault: true }),
            IsSetupFault = failed.TrueForAll(static attempt => attempt.Failure is RelevanceScoringException { IsSetupFault: true }),
        };

        void Report(ScoringAttempt attempt)
        {
            failed.Add(attempt);
            _metrics.RecordFailedAttempt(attempt);
            LogFailed(attempt.Failure, attempt.ScorerName, attempt.Reason, documents.Count);
        }
    }

    /// <summary>Returns a service of the chain itself or of its first scorer.</summary>
    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(ICircuitBreakerSource) ? null   // a circuit is that of one scorer, and the chain checks it itself
            : _links[0].Link.Scorer.GetService(serviceType, serviceKey);
    }

    bool IKeepLocalSource.KeepsLocal(RelevanceScoringOptions? options) => Array.Exists(_links, entry => entry.Link.Scorer.KeepsLocal(options));

    /// <summary>Disposes all scorers, even if disposing one of them fails.</summary>
    /// <exception cref="AggregateException">Disposing a scorer failed.</exception>
    public void Dispose()
    {
        _disposed = true;
        ScorerDisposal.DisposeAll(_links.Select(static entry => entry.Link.Scorer));
    }

    private static ChainLink[] Links(IEnumerable<IRelevanceScorer> scorers)
    {
        ArgumentNullException.ThrowIfNull(scorers);
        ChainLink[] links = [.. scorers.Select(
            static scorer => new ChainLink((scorer ?? throw new ArgumentNullException(nameof(scorers))).DisplayName(), scorer))];
        return links.Length > 0 ? links : throw new ArgumentException("A chain has 0 scorers; expected 1 or more.", nameof(scorers));
    }

    [LoggerMessage(
        EventId = 40,
        Level = LogLevel.Warning,
        Message = "Scorer {ScorerName} did not answer for {DocumentCount} documents ({Reason}); the next one of the chain is asked.")]
    private partial void LogFailed(Exception? exception, string scorerName, ScoringAttemptReason reason, int documentCount);
}

/// <summary>One scorer of a chain.</summary>
/// <param name="Name">What results, logs and metrics call the scorer.</param>
/// <param name="Scorer">The scorer.</param>
/// <param name="Timeout">How long the scorer may take, whatever the time that is left; or <see langword="null"/> for its share of that.</param>
internal sealed record ChainLink(string Name, IRelevanceScorer Scorer, TimeSpan? Timeout = null);

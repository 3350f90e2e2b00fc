using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Composition;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>Combines scorers in stages: a fast one scores all documents, and a strong one rescores the best of them.</summary>
/// <remarks>
/// <para>
/// Thread-safe; owns the scorers. Scores of different scales are never mixed: <see cref="RelevanceScore.Stage"/> tells which stage scored a document last, and
/// rankings put later stages before earlier ones. <see cref="RelevanceScores.MinScore"/> is that of the last stage that answered.
/// </para>
/// <para>
/// If a later stage fails or runs out of time, the result contains the scores of the stages before it, and <see cref="RelevanceScores.FailedAttempts"/> says
/// so. If the first stage fails, the call fails.
/// </para>
/// <para>The score of a document depends on the other documents, because they decide whether it reaches the next stage.</para>
/// </remarks>
public sealed partial class CascadeRelevanceScorer : IRelevanceScorer, IKeepLocalSource
{
    private readonly CascadeStage[] _stages;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly RerankingMetrics _metrics;
    private bool _disposed;

    /// <summary>Initializes a new instance of the <see cref="CascadeRelevanceScorer"/> class.</summary>
    /// <param name="stages">The stages, fastest first; at least one.</param>
    /// <param name="logger">Logs a warning when a later stage fails; or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock, or <see langword="null"/> for the system clock.</param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stages"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="stages"/> is empty.</exception>
    public CascadeRelevanceScorer(
        IEnumerable<CascadeStage> stages,
        ILogger<CascadeRelevanceScorer>? logger = null,
        TimeProvider? timeProvider = null,
        IMeterFactory? meterFactory = null)
    {
        ArgumentNullException.ThrowIfNull(stages);
        _stages = [.. stages];
        _logger = logger ?? NullLogger<CascadeRelevanceScorer>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = RerankingMetrics.Create(meterFactory);
        if (_stages.Length == 0)
        {
            throw new ArgumentException("A cascade has 0 stages; expected 1 or more.", nameof(stages));
        }
    }

    /// <summary>
    /// Gets how long a call usually has, so that one which has much less opens no circuit for the others; or <see langword="null"/> if it is not known.
    /// </summary>
    internal TimeSpan? UsualTimeout { get; init; }

    /// <inheritdoc/>
    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        DocumentList.ThrowIfInvalid(documents);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var budget = new TimeBudget(options?.Timeout, _timeProvider);
        var scores = new RelevanceScore[documents.Count];
        int[] positions = [.. Enumerable.Range(0, documents.Count)];   // of the documents that are still in the race
        RelevanceScores? answer = null;
        List<ScoringAttempt> failed = [];
        long? tokens = null;
        double? units = null;
        int firstStage = 0;   // of the numbers that are the current scorer's, estimates included
        for (int stage = 0; stage < _stages.Length; stage++)
        {
            CascadeStage current = _stages[stage];
            string[] texts = [.. positions.Select(position => documents[position])];
            (RelevanceScores? scored, ScoringAttempt? attempt) = ScorerCall.MayRead(current.Scorer, options)
                ? await new ScorerCall(current.Name, current.Scorer, _timeProvider)
                {
                    Timeout = Share(budget, stage),
                    UsualTimeout = Share(new TimeBudget(UsualTimeout, _timeProvider), stage),
                }
                    .TryAsync(query, texts, Wanting(options, stage), cancellationToken).ConfigureAwait(false)
                : (null, new ScoringAttempt(current.Name, ScoringAttemptReason.KeptLocal, null, TimeSpan.Zero));
            if (scored is null)
            {
                failed.Add(attempt!);
                _metrics.RecordFailedAttempt(attempt!);
                if (answer is null)
                {
                    throw new RelevanceScoringException(
                        $"The first stage '{current.Name}' of the cascade did not answer ({attempt!.Reason}). " +
                        "Check Reranking:Stages and the settings of the scorer.",
                        attempt.Failure)
                    {
                        FailedAttempts = failed,
                        IsTransient =
                            attempt.Reason != ScoringAttemptReason.KeptLocal && attempt.Failure is not RelevanceScoringException { IsTransient: false },
                        IsSetupFault = attempt.Failure is RelevanceScoringException { IsSetupFault: true },
                        IsRequestFault = attempt.Failure is RelevanceScoringException { IsRequestFault: true },
                    };
                }

                LogFailed(attempt!.Failure, current.Name, attempt.Reason, texts.Length);
                break;
            }

            answer = scored;
            failed.AddRange(scored.FailedAttempts);
            tokens = Sum(tokens, scored.Usage?.InputTokenCount);
            units = Sum(units, scored.Usage?.SearchUnitCount);

            // The stages of a scorer's own, as for its estimates, come after those of the scorers before it.
            int[] ownStages = [0, .. scored.Select(static score => score.Stage)];
            int zeroStage = stage == 0 ? 0 : firstStage - ownStages.Min();
            firstStage = zeroStage + ownStages.Max() + 1;
            for (int i = 0; i < positions.Length; i++)
            {
                // What a later stage could not score keeps the score of the one before.
                if (scored[i].IsScored || stage == 0)
                {
                    scores[positions[i]] = scored[i] with { Stage = zeroStage + scored[i].Stage };
                }
            }

            positions =
            [
                .. positions
                    .OrderByDescending(position => scores[position].Stage)
                    .ThenByDescending(position => scores[position].RawValue)
                    .Take(current.Keep),
            ];
        }

        return new RelevanceScores(scores, answer!)
        {
            FailedAttempts = failed,
            Usage = tokens is null && units is null ? null : new RelevanceScoringUsage { InputTokenCount = tokens, SearchUnitCount = units },
        };
    }

    /// <summary>Returns a service of the cascade itself or of its last scorer.</summary>
    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(ICircuitBreakerSource) ? null   // a circuit is that of one scorer, and the cascade checks it itself
            : _stages[^1].Scorer.GetService(serviceType, serviceKey);
    }

    bool IKeepLocalSource.KeepsLocal(RelevanceScoringOptions? options) => Array.Exists(_stages, stage => stage.Scorer.KeepsLocal(options));

    /// <summary>Disposes all scorers, even if disposing one of them fails.</summary>
    /// <exception cref="AggregateException">Disposing a scorer failed.</exception>
    public void Dispose()
    {
        _disposed = true;
        ScorerDisposal.DisposeAll(_stages.Select(static stage => stage.Scorer));
    }

    // The first stage may take it all: without it there is no answer. The later ones share what is left.
    private TimeSpan? Share(TimeBudget budget, int stage) => budget.Share(stage == 0 ? 1 : _stages.Length - stage);

    // The earlier stages have to rank what they pass on, the last one what the caller wants.
    private RelevanceScoringOptions? Wanting(RelevanceScoringOptions? options, int stage)
    {
        if (stage == _stages.Length - 1)
        {
            return options;
        }

        RelevanceScoringOptions wanting = options?.Clone() ?? new RelevanceScoringOptions();
        wanting.TopN = _stages[stage].Keep;
        return wanting;
    }

    private static long? Sum(long? sum, long? more) => more is null ? sum : (sum ?? 0) + more;

    private static double? Sum(double? sum, double? more) => more is null ? sum : (sum ?? 0) + more;

    [LoggerMessage(
        EventId = 41,
        Level = LogLevel.Warning,
        Message = "Stage {ScorerName} of the cascade did not answer for {DocumentCount} documents ({Reason}); " +
            "the scores of the stages before it are the answer.")]
    private partial void LogFailed(Exception? exception, string scorerName, ScoringAttemptReason reason, int documentCount);
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

// Calling the scorer: its metrics, and what a failure becomes.
public sealed partial class Reranker
{
    private async Task<(RelevanceScores? Scores, RerankingReason Reason, Exception? Failure)> ScoreAsync(
        IRelevanceScorer scorer,
        TimeSpan usualTimeout,
        string query,
        IReadOnlyList<string> documents,
        bool keepLocal,
        RerankingOptions options,
        TagList tags,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        var call = new ScorerCall(scorer.DisplayName(), scorer, _timeProvider)
        {
            Timeout = options.Timeout == Timeout.InfiniteTimeSpan ? null : options.Timeout,
            UsualTimeout = usualTimeout == Timeout.InfiniteTimeSpan ? null : usualTimeout,
        };
        RelevanceScores? scores;
        ScoringAttempt? failed;
        try
        {
            (scores, failed) = await call
                .TryAsync(query, documents, new RelevanceScoringOptions { KeepLocal = keepLocal, TopN = options.WantedCount }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            RecordFailure(typeof(OperationCanceledException).FullName!);
            throw;
        }

        if (scores is not null)
        {
            _metrics.RecordScoring(
                _timeProvider.GetElapsedTime(start),
                scores.ScorerMetadata is null ? tags : RerankingMetrics.TagsOf(scores.ScorerMetadata),
                scores.ScorerName,
                errorType: null);
            return (scores, RerankingReason.None, null);
        }

        RerankingReason reason = failed!.Reason switch
        {
            ScoringAttemptReason.Timeout => RerankingReason.Timeout,
            ScoringAttemptReason.InvalidScores => RerankingReason.InvalidScores,
            _ => RerankingReason.ScorerFailed,
        };
        Exception failure = failed.Failure ?? new RelevanceScoringException(
            $"{failed.ScorerName} was not called, because it failed several times in a row. " +
            "It is tried again after a break; its failures before say what to change.")
        {
            FailedAttempts = [failed],
            IsTransient = true,
        };
        RecordFailure(reason == RerankingReason.ScorerFailed ? failure.GetType().FullName! : RerankingMetrics.TagValue(reason));
        activity?.SetTag(RerankingTelemetry.Tags.Reason, RerankingMetrics.TagValue(reason));
        if (options.OnFailure == RerankingFailureMode.Throw || failure is RelevanceScoringException { IsSetupFault: true })
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return (null, reason, failure);

        void RecordFailure(string errorType)
        {
            _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, scorerName: null, errorType);
            RerankingMetrics.SetError(activity, errorType);
        }
    }
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Reranking;

// Asking the scorer: the timeout, the check of the answer, and what a failure becomes.
public sealed partial class Reranker
{
    private async Task<(RelevanceScores? Scores, RerankingReason Reason, Exception? Failure)> ScoreAsync(
        IRelevanceScorer scorer,
        string query,
        IReadOnlyList<string> documents,
        bool keepLocal,
        RerankingOptions options,
        RelevanceScorerMetadata? metadata,
        TagList tags,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        var scoring = new RelevanceScoringOptions { Timeout = options.Timeout == Timeout.InfiniteTimeSpan ? null : options.Timeout, KeepLocal = keepLocal };
        using var timeout = new CancellationTokenSource(options.Timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        RerankingReason reason;
        Exception failure;
        try
        {
            RelevanceScores? scores = await scorer.ScoreAsync(query, documents, scoring, linked.Token).WaitOrLeaveAsync(linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (RelevanceScoresValidator.FindProblem(scores, documents.Count, Name(scorer, metadata)) is not { } fault)
            {
                _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), scores!.ScorerMetadata is null ? tags : ScorerTags(scores.ScorerMetadata), scores.ScorerName, errorType: null);
                return (scores, RerankingReason.None, null);
            }

            // A scorer that answers a canceled token with the scores it has so far was late, not wrong.
            failure = new RelevanceScoringException(fault);
            (reason, failure) = timeout.IsCancellationRequested ? (RerankingReason.Timeout, TookTooLong(failure)) : (RerankingReason.InvalidScores, failure);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            RecordFailure(typeof(OperationCanceledException).FullName!);
            if (exception is OperationCanceledException canceled && canceled.CancellationToken == cancellationToken)
            {
                throw;
            }

            // The scorer saw a token of this method, and the caller wants to recognize its own.
            throw new OperationCanceledException("The reranking was canceled.", exception, cancellationToken);
        }
        catch (Exception exception) when (timeout.IsCancellationRequested)
        {
            (reason, failure) = (RerankingReason.Timeout, TookTooLong(exception));
        }
        catch (OperationCanceledException exception)
        {
            // Nobody asked for it, so it must not look like a cancellation of the caller. HttpClient ends its own timeouts this way.
            reason = RerankingReason.ScorerFailed;
            failure = new RelevanceScoringException(
                $"{Name(scorer, metadata)} canceled the scoring of {documents.Count} documents by itself; expected scores. Check the timeouts of its own.",
                exception)
            {
                IsTransient = true,
            };
        }
        catch (RelevanceScoringException exception) when (exception.FailedAttempts is [.., { Reason: ScoringAttemptReason.Timeout }])
        {
            (reason, failure) = (RerankingReason.Timeout, exception);
        }
        catch (Exception exception)
        {
            (reason, failure) = (RerankingReason.ScorerFailed, exception);
        }

        RecordFailure(reason == RerankingReason.ScorerFailed ? failure.GetType().FullName! : RerankingMetrics.TagValue(reason));
        activity?.SetTag(RerankingTelemetry.Tags.Reason, RerankingMetrics.TagValue(reason));
        if (options.OnFailure == RerankingFailureMode.Throw)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return (null, reason, failure);

        Exception TookTooLong(Exception cause) => new TimeoutException(
            $"{Name(scorer, metadata)} took longer than {options.Timeout} for {documents.Count} documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.", cause);

        void RecordFailure(string errorType)
        {
            _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, scorerName: null, errorType);
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag(RerankingTelemetry.Tags.ErrorType, errorType);
        }
    }

    private static string Name(IRelevanceScorer scorer, RelevanceScorerMetadata? metadata) => metadata?.ModelId ?? metadata?.ProviderName ?? scorer.GetType().Name;
}

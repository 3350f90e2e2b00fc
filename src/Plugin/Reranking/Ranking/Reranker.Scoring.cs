using System.Diagnostics;

namespace Reranking;

// Asking the scorer: the timeout, the check of the answer, and what a failure becomes.
public sealed partial class Reranker
{
    private async Task<(RelevanceScores? Scores, RerankingReason Reason, Exception? Failure)> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RerankingOptions options,
        RelevanceScorerMetadata? metadata,
        TagList tags,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        using var timeout = new CancellationTokenSource(options.Timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        RerankingReason reason;
        Exception failure;
        try
        {
            Task<RelevanceScores> scoring = _scorer.ScoreAsync(query, documents, options: null, linked.Token);

            // A scorer that does not look at its token is left behind, not waited for.
            RelevanceScores scores = await scoring.WaitAsync(linked.Token).ConfigureAwait(false);
            if (FindFault(scores, documents.Count) is not { } fault)
            {
                _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, errorType: null);
                return (scores, RerankingReason.None, null);
            }

            reason = RerankingReason.InvalidScores;
            failure = new RelevanceScoringException(fault);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, nameof(OperationCanceledException));
            activity?.SetStatus(ActivityStatusCode.Error);
            throw exception as OperationCanceledException ?? new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            reason = RerankingReason.Timeout;
            failure = new TimeoutException(
                $"{Name(metadata)} took longer than {options.Timeout} for {documents.Count} documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.");
        }
        catch (Exception exception)
        {
            reason = RerankingReason.ScorerFailed;
            failure = exception;
        }

        string errorType = reason == RerankingReason.ScorerFailed ? failure.GetType().FullName! : RerankingMetrics.TagValue(reason);
        _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, errorType);
        activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag(RerankingTelemetry.Tags.ErrorType, errorType);
        activity?.SetTag(RerankingTelemetry.Tags.Reason, RerankingMetrics.TagValue(reason));
        if (options.OnFailure == RerankingFailureMode.Throw)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return (null, reason, failure);

        string? FindFault(RelevanceScores? scores, int expected)
        {
            if (scores is null || scores.Count != expected)
            {
                return $"Expected {expected} scores for {expected} documents, but {Name(metadata)} gave {scores?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}.";
            }

            for (int i = 0; i < expected; i++)
            {
                if (!double.IsFinite(scores[i].RawScore) || scores[i].Score is not (>= 0 and <= 1))
                {
                    return string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"Expected finite raw scores and scores from 0 to 1, but {Name(metadata)} gave the raw score {scores[i].RawScore} and the score {scores[i].Score} to document {i}.");
                }
            }

            return null;
        }
    }

    private string Name(RelevanceScorerMetadata? metadata) => metadata?.ModelId ?? metadata?.ProviderName ?? _scorer.GetType().Name;
}

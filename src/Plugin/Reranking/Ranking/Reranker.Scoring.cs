using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

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
            RelevanceScores? scores = await WaitOrLeaveAsync(_scorer.ScoreAsync(query, documents, options: null, linked.Token), linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (FindFault(scores, documents.Count, metadata) is not { } fault)
            {
                _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, errorType: null);
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
                $"{Name(metadata)} canceled the scoring of {documents.Count} documents by itself; expected scores. Check the timeouts of its own.",
                exception)
            {
                IsTransient = true,
            };
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
            $"{Name(metadata)} took longer than {options.Timeout} for {documents.Count} documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.", cause);

        void RecordFailure(string errorType)
        {
            _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, errorType);
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag(RerankingTelemetry.Tags.ErrorType, errorType);
        }
    }

    /// <summary>Waits for the scorer; one that does not look at its token is left behind.</summary>
    private static async Task<RelevanceScores?> WaitOrLeaveAsync(Task<RelevanceScores> scoring, CancellationToken cancellationToken)
    {
        try
        {
            return await scoring.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!scoring.IsCompletedSuccessfully)
            {
                // What a scorer throws after it was left behind concerns nobody, and must not surface as an unobserved exception.
                _ = scoring.ContinueWith(
                    static late => late.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    private string? FindFault(RelevanceScores? scores, int expected, RelevanceScorerMetadata? metadata)
    {
        if (scores is null || scores.Count != expected)
        {
            string given = scores?.Count.ToString(CultureInfo.InvariantCulture) ?? "null";
            return $"Expected {expected} scores for {expected} documents, but {Name(metadata)} gave {given}.";
        }

        for (int i = 0; i < expected; i++)
        {
            if (!double.IsFinite(scores[i].RawScore) || scores[i].Score is not (>= 0 and <= 1))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Expected finite raw scores and scores from 0 to 1, but {Name(metadata)} gave the raw score {scores[i].RawScore} and the score {scores[i].Score} to document {i}.");
            }
        }

        return null;
    }

    private string Name(RelevanceScorerMetadata? metadata) => metadata?.ModelId ?? metadata?.ProviderName ?? _scorer.GetType().Name;
}

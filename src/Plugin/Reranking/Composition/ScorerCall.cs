namespace Reranking;

/// <summary>One scorer of several, asked once: its share of the time, the check of its answer, and what its failure is called.</summary>
internal static class ScorerCall
{
    /// <summary>Tells whether a scorer may be given the texts of a call: any call, or it is known to be local.</summary>
    public static bool MayRead(IRelevanceScorer scorer, RelevanceScoringOptions? options) =>
        options is not { KeepLocal: true } || scorer.GetService<RelevanceScorerMetadata>() is { IsLocal: true };

    /// <summary>Asks a scorer.</summary>
    /// <returns>The scores, or the failed attempt; never both. A cancellation by the caller is thrown.</returns>
    public static async Task<(RelevanceScores? Scores, ScoringAttempt? Failed)> TryAsync(
        string name,
        IRelevanceScorer scorer,
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options,
        TimeSpan? timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long start = timeProvider.GetTimestamp();
        if (timeout == TimeSpan.Zero)
        {
            return (null, Failed(ScoringAttemptReason.Timeout, OutOfTime(cause: null)));
        }

        RelevanceScoringOptions settings = options?.Clone() ?? new RelevanceScoringOptions();
        settings.Timeout = timeout;
        using var late = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            RelevanceScores? scores = await scorer.ScoreAsync(query, documents, settings, linked.Token).WaitOrLeaveAsync(linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return RelevanceScoresValidator.FindProblem(scores, documents.Count, name) is { } fault
                ? (null, Failed(ScoringAttemptReason.InvalidScores, new RelevanceScoringException(fault)))
                : (scores, null);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The scoring was canceled.", exception, cancellationToken);
        }
        catch (Exception exception) when (late.IsCancellationRequested)
        {
            return (null, Failed(ScoringAttemptReason.Timeout, OutOfTime(exception)));
        }
        catch (OperationCanceledException exception)
        {
            // Nobody asked for it, so it must not look like a cancellation of the caller.
            return (null, Failed(ScoringAttemptReason.Failed, new RelevanceScoringException(
                $"'{name}' canceled the scoring of {documents.Count} documents by itself; expected scores. Check the timeouts of its own.", exception)
            {
                IsTransient = true,
            }));
        }
        catch (Exception exception) when (exception is not ArgumentNullException)
        {
            return (null, Failed(ScoringAttemptReason.Failed, exception));
        }

        ScoringAttempt Failed(ScoringAttemptReason reason, Exception failure) => new(name, reason, failure, timeProvider.GetElapsedTime(start));

        TimeoutException OutOfTime(Exception? cause) => new(
            $"'{name}' had {timeout} for {documents.Count} documents and did not answer in time. Raise Reranking:Timeout, or lower Reranking:CandidateCount.", cause);
    }
}

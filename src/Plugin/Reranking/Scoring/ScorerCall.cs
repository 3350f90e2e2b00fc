namespace Reranking.Scoring;

/// <summary>A call of a scorer: circuit breaker, timeout, cancellation, the check of the scores, and what a failure is called.</summary>
/// <param name="name">What messages and attempts call the scorer.</param>
/// <param name="scorer">The scorer.</param>
/// <param name="timeProvider">The clock.</param>
internal readonly struct ScorerCall(string name, IRelevanceScorer scorer, TimeProvider timeProvider)
{
    /// <summary>Gets how long the scorer may take, or <see langword="null"/> for no limit. With zero it is not called.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets how long the scorer usually may take, or <see langword="null"/> if it is not known.</summary>
    public TimeSpan? UsualTimeout { get; init; }

    /// <summary>Gets the circuit breaker of a scorer that brings none, or <see langword="null"/> for none.</summary>
    public CircuitBreaker? CircuitBreaker { get; init; }

    private bool IsLoading => scorer.GetService<IWarmable>() is { IsReady: false };

    /// <summary>Returns whether the texts of a call can be given to a scorer: those of any call, if it is known to be local.</summary>
    public static bool MayRead(IRelevanceScorer scorer, RelevanceScoringOptions? options) =>
        options is not { KeepLocal: true } || scorer.GetService<RelevanceScorerMetadata>() is { IsLocal: true };

    /// <summary>Calls the scorer.</summary>
    /// <returns>The scores or the failed attempt, never both.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled <paramref name="cancellationToken"/>; the exception has this token.</exception>
    public async Task<(RelevanceScores? Scores, ScoringAttempt? Failed)> TryAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CircuitBreaker? breaker = scorer.GetService<ICircuitBreakerSource>()?.GetCircuitBreaker(options) ?? CircuitBreaker;
        CircuitCall? circuit = breaker?.TryEnter();
        if (breaker is not null && circuit is null)
        {
            return (null, new ScoringAttempt(name, ScoringAttemptReason.CircuitOpen, null, TimeSpan.Zero));
        }

        try
        {
            (RelevanceScores? scores, ScoringAttempt? failed) = await CallAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
            if (scores is not null)
            {
                circuit?.Succeed();
            }
            else
            {
                circuit?.Fail(failed!.Failure, hadTime: HadTime() && !IsLoading);
            }

            return (scores, failed);
        }
        catch
        {
            circuit?.Leave();
            throw;
        }
    }

    // What is usual for the call, or for the scorer if the call does not say. A deadline below it is the caller's choice.
    private bool HadTime()
    {
        TimeSpan? usual = (UsualTimeout ?? scorer.GetService<RelevanceScorerMetadata>()?.Timeout) / 2;
        return Timeout != TimeSpan.Zero && !(Timeout < usual);
    }

    private async Task<(RelevanceScores? Scores, ScoringAttempt? Failed)> CallAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options, CancellationToken cancellationToken)
    {
        long start = timeProvider.GetTimestamp();
        if (Timeout == TimeSpan.Zero)
        {
            var noTime = new TimeoutException(
                $"No time was left for {name} to score {documents.Count} documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.");
            return (null, new ScoringAttempt(name, ScoringAttemptReason.Timeout, noTime, TimeSpan.Zero));
        }

        using var timeout = new CancellationTokenSource(
            Timeout is { } limit ? TimeBudget.ForTimer(limit) : System.Threading.Timeout.InfiniteTimeSpan, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        RelevanceScoringOptions settings = options?.Clone() ?? new RelevanceScoringOptions();
        settings.Timeout = Timeout;
        ScoringAttemptReason reason;
        Exception failure;
        try
        {
            RelevanceScores? scores = await scorer.ScoreAsync(query, documents, settings, linked.Token)
                .WaitOrLeaveAsync(linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (RelevanceScoresValidator.FindProblem(scores, documents.Count, name) is not { } problem)
            {
                return (scores, null);
            }

            (reason, failure) = (ScoringAttemptReason.InvalidScores, new RelevanceScoringException(problem));
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested && exception.CancellationToken == cancellationToken)
        {
            throw;
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // The scorer saw the linked token, and the caller wants to recognize its own.
            throw new OperationCanceledException("The reranking was canceled.", exception, cancellationToken);
        }
        catch (OperationCanceledException exception) when (!timeout.IsCancellationRequested)
        {
            // Nobody asked for it, so it must not look like a cancellation by the caller. HttpClient ends its own timeouts this way.
            (reason, failure) = (ScoringAttemptReason.Failed, new RelevanceScoringException(
                $"{name} canceled the scoring of {documents.Count} documents by itself; expected scores. Check the timeouts of its own.", exception)
            {
                IsTransient = true,
            });
        }
        catch (RelevanceScoringException exception) when (exception.FailedAttempts is [.., { Reason: ScoringAttemptReason.Timeout }])
        {
            (reason, failure) = (ScoringAttemptReason.Timeout, exception);   // its share of the time was over before all of it was
        }
        catch (Exception exception)
        {
            (reason, failure) = (ScoringAttemptReason.Failed, exception);
        }

        // However a scorer ends after its time is over, and if it returns the scores it has so far, it was late, not wrong. A scorer that has the same
        // deadline may notice before the timer of this call does.
        if (timeout.IsCancellationRequested || timeProvider.GetElapsedTime(start) >= Timeout)
        {
            string message = IsLoading
                ? $"{name} was still loading its model after {Timeout}. Set Reranking:WarmUp to BeforeStart, so that a host starts with it loaded, or raise "
                    + "Reranking:Timeout; without a host, await IWarmable.WarmUpAsync before the first call."
                : $"{name} took longer than {Timeout} for {documents.Count} documents. Raise Reranking:Timeout or lower Reranking:CandidateCount.";
            (reason, failure) = (ScoringAttemptReason.Timeout, new TimeoutException(message, failure));
        }

        return (null, new ScoringAttempt(name, reason, failure, timeProvider.GetElapsedTime(start)));
    }
}

namespace Reranking.Scoring;

/// <summary>A call that a circuit breaker let in. Its first end counts, and further ends do nothing.</summary>
/// <param name="breaker">The breaker.</param>
/// <param name="period">The period of the breaker in which the call was let in.</param>
/// <remarks>Thread-safe. A probe that is not ended keeps the circuit open.</remarks>
internal sealed class CircuitCall(CircuitBreaker breaker, long period)
{
    private int _hasEnded;

    /// <summary>Ends a call that returned scores.</summary>
    public void Succeed() => End(succeeded: true);

    /// <summary>Ends a call that failed. What the caller is to blame for does not count, since the circuit is that of all callers.</summary>
    /// <param name="failure">Why it failed, or <see langword="null"/> if that is unknown.</param>
    /// <param name="hadTime">Whether the call had enough time, so that being late or overloaded counts.</param>
    public void Fail(Exception? failure, bool hadTime)
    {
        bool counts = failure switch
        {
            RelevanceScoringException { IsRequestFault: true } or RelevanceScoringException { IsRateLimited: true } => false,
            RelevanceScoringException { IsSetupFault: true } => false,   // an open circuit would hide what has to be changed
            TimeoutException or RelevanceScoringException { IsTransient: true } => hadTime,
            _ => true,
        };
        End(counts ? false : null);
    }

    /// <summary>Ends a call that says nothing about the scorer, such as one that its caller canceled.</summary>
    public void Leave() => End(succeeded: null);

    private void End(bool? succeeded)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            breaker.End(period, succeeded);
        }
    }
}

namespace Reranking.Scoring;

/// <summary>Keeps calls from a scorer that failed several times in a row, until one call shows that it works again.</summary>
/// <remarks>
/// Thread-safe. Closed: all calls pass. Open: none does. Half open, once the break is over: one call passes, and its end closes or opens the circuit.
/// </remarks>
internal sealed class CircuitBreaker(TimeProvider timeProvider)
{
    private readonly object _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _isProbing;

    /// <summary>Gets how many failures in a row open the circuit.</summary>
    public int FailureThreshold { get; init; } = 5;

    /// <summary>Gets how long the circuit stays open.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Asks to call the scorer; whoever is let in reports the end by <see cref="Succeed"/>, <see cref="Fail(Exception?, bool)"/> or
    /// <see cref="Leave"/>.
    /// </summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_failures < FailureThreshold)
            {
                return true;
            }

            if (_isProbing || timeProvider.GetElapsedTime(_openedAt) < BreakDuration)
            {
                return false;
            }

            _isProbing = true;
            return true;
        }
    }

    public void Succeed()
    {
        lock (_lock)
        {
            (_failures, _isProbing) = (0, false);
        }
    }

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
        if (counts)
        {
            Fail();
        }
        else
        {
            Leave();
        }
    }

    public void Fail()
    {
        lock (_lock)
        {
            if (_failures == FailureThreshold && !_isProbing)
            {
                return;   // a call from before the circuit opened must not keep it open for longer
            }

            _failures = Math.Min(_failures + 1, FailureThreshold);
            (_openedAt, _isProbing) = (timeProvider.GetTimestamp(), false);
        }
    }

    /// <summary>Ends a call that says nothing about the scorer, such as one that its caller canceled.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _isProbing = false;
        }
    }
}

/// <summary>A scorer with a circuit breaker that all of its callers share; those that make up one scorer of several have none of their own.</summary>
internal interface ICircuitBreakerSource
{
    /// <summary>Returns the breaker of the scorer that a call with these options goes to, or <see langword="null"/> if it has none.</summary>
    CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options);
}

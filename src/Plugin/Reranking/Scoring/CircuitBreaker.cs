namespace Reranking.Scoring;

/// <summary>Keeps calls from a scorer that failed several times in a row, until one call shows that it works again.</summary>
/// <remarks>
/// Thread-safe. Closed: all calls pass. Open: none does. Half open, once the break is over: one call at a time passes, and its end closes or opens the
/// circuit. A call counts only if the circuit is still in the state in which it let the call in.
/// </remarks>
internal sealed class CircuitBreaker(TimeProvider timeProvider)
{
    private readonly object _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _isProbing;
    private long _period;   // rises whenever the circuit opens or closes, and when a probe begins or ends

    /// <summary>Gets how many failures in a row open the circuit.</summary>
    public int FailureThreshold { get; init; } = 5;

    /// <summary>Gets how long the circuit stays open.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(30);

    private bool IsClosed => _failures < FailureThreshold;

    /// <summary>Asks to call the scorer.</summary>
    /// <returns>The call, which has to be ended, or <see langword="null"/> if it is not let in.</returns>
    public CircuitCall? TryEnter()
    {
        lock (_lock)
        {
            if (!IsClosed)
            {
                if (_isProbing || timeProvider.GetElapsedTime(_openedAt) < BreakDuration)
                {
                    return null;
                }

                (_isProbing, _period) = (true, _period + 1);
            }

            return new CircuitCall(this, _period);
        }
    }

    /// <summary>Counts the end of a call.</summary>
    /// <param name="period">The period in which the call was let in.</param>
    /// <param name="succeeded">Whether it succeeded, or <see langword="null"/> if its end says nothing about the scorer.</param>
    public void End(long period, bool? succeeded)
    {
        lock (_lock)
        {
            if (period != _period)
            {
                return;   // the circuit has opened or closed since, and another call has the say
            }

            if (succeeded == true)
            {
                _failures = 0;
            }
            else if (succeeded == false)
            {
                _failures = Math.Min(_failures + 1, FailureThreshold);
                _openedAt = timeProvider.GetTimestamp();
            }

            if (_isProbing || !IsClosed)
            {
                (_isProbing, _period) = (false, _period + 1);
            }
        }
    }
}

/// <summary>A scorer with a circuit breaker that all of its callers share; those that make up one scorer of several have none of their own.</summary>
internal interface ICircuitBreakerSource
{
    /// <summary>Returns the breaker of the scorer that a call with these options goes to, or <see langword="null"/> if it has none.</summary>
    CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options);
}

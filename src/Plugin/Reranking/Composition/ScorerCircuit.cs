namespace Reranking.Composition;

/// <summary>Remembers whether a scorer works: after several failures in a row it is left alone for a while, then tried with one call.</summary>
/// <remarks>Thread-safe. Closed: all calls pass. Open: none does. Half open, once the break is over: one call passes, and its end closes or opens the circuit.</remarks>
internal sealed class ScorerCircuit(int failureThreshold, TimeSpan breakDuration, TimeProvider timeProvider)
{
    private readonly object _lock = new();
    private int _failures;
    private long _openedAt;
    private bool _isProbing;

    /// <summary>Asks to call the scorer; whoever is let in tells the end by <see cref="Succeed"/>, <see cref="Fail"/> or <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_failures < failureThreshold)
            {
                return true;
            }

            if (_isProbing || timeProvider.GetElapsedTime(_openedAt) < breakDuration)
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

    public void Fail()
    {
        lock (_lock)
        {
            _failures = Math.Min(_failures + 1, failureThreshold);
            (_openedAt, _isProbing) = (timeProvider.GetTimestamp(), false);
        }
    }

    /// <summary>Ends a call that says nothing about the scorer, as one that its caller canceled.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _isProbing = false;
        }
    }
}

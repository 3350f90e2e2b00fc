namespace Reranking.Onnx;

/// <summary>Bounds the memory of runs under way: together they take no more than a limit, unless a single one does, which then is alone.</summary>
/// <param name="limit">The limit in bytes.</param>
internal sealed class MemoryGate(long limit)
{
    private readonly object _queue = new();
    private readonly object _lock = new();
    private long _taken;

    /// <summary>Waits until there is room. Who came first is served first, so that a large run is not passed by small ones for ever.</summary>
    public void Enter(long bytes)
    {
        lock (_queue)
        {
            lock (_lock)
            {
                while (_taken > 0 && _taken + bytes > limit)
                {
                    Monitor.Wait(_lock);
                }

                _taken += bytes;
            }
        }
    }

    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _taken -= bytes;
            Monitor.PulseAll(_lock);
        }
    }
}

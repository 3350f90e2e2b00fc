using System.Buffers;

namespace Reranking.Onnx.Engine;

/// <summary>The hidden states of the inputs of a request between two parts of a model, as far as there is room for them.</summary>
/// <remarks>
/// Thread-safe. Whatever number of documents all requests of the process have, their states stay within a limit: what does not fit is computed again from the
/// ids where it is needed, which costs a few layers.
/// </remarks>
internal sealed class HiddenStates : IDisposable
{
    /// <summary>What the states of all requests take at most.</summary>
    public const long MaxSize = 256L << 20;

    private static long _size;

    private readonly float[]?[] _states;
    private readonly PriorityQueue<int, double> _lowest = new();
    private readonly int _wanted;
    private readonly long _limit;

    /// <summary>Initializes a new instance of the <see cref="HiddenStates"/> class.</summary>
    /// <param name="count">How many inputs the request has.</param>
    /// <param name="wanted">The states of how many of them will be needed; those with the highest estimates are kept.</param>
    /// <param name="limit">What the states of all requests may take.</param>
    public HiddenStates(int count, int wanted, long limit = MaxSize)
    {
        _limit = limit;
        _states = new float[]?[count];
        _wanted = wanted;
    }

    /// <summary>Gets how many bytes the states of all requests take.</summary>
    public static long Size => Interlocked.Read(ref _size);

    /// <summary>Returns the states of an input, or nothing if they were not kept.</summary>
    public Memory<float> this[int index] => _states[index];

    /// <summary>Rents memory for the states of an input.</summary>
    public static float[] Rent(int length)
    {
        float[] states = ArrayPool<float>.Shared.Rent(length);
        Interlocked.Add(ref _size, (long)states.Length * sizeof(float));
        return states;
    }

    /// <summary>Returns rented memory.</summary>
    public static void Return(float[] states)
    {
        Interlocked.Add(ref _size, -(long)states.Length * sizeof(float));
        ArrayPool<float>.Shared.Return(states);
    }

    /// <summary>Keeps the states of an input, unless there are enough of higher estimates or there is no room.</summary>
    public void Keep(int index, float[] states, double estimate)
    {
        float[]? dropped = states;
        lock (_lowest)
        {
            if (Size <= _limit && double.IsFinite(estimate))
            {
                _states[index] = states;
                dropped = null;
                if (_lowest.Count < _wanted)
                {
                    _lowest.Enqueue(index, estimate);
                }
                else
                {
                    int lowest = _lowest.EnqueueDequeue(index, estimate);
                    (dropped, _states[lowest]) = (_states[lowest], null);
                }
            }
        }

        if (dropped is not null)
        {
            Return(dropped);
        }
    }

    /// <summary>Returns the states of an input to the pool, if they were kept: nobody reads them any more.</summary>
    public void Release(int index)
    {
        if (Interlocked.Exchange(ref _states[index], null) is { } states)
        {
            Return(states);
        }
    }

    public void Dispose()
    {
        for (int i = 0; i < _states.Length; i++)
        {
            Release(i);
        }
    }
}

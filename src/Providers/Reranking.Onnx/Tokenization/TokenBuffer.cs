namespace Reranking.Onnx;

/// <summary>Token ids of one text after another, in memory that is used again after <see cref="Clear"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TokenBuffer
{
    private int[] _ids;

    public TokenBuffer(int capacity = 512) => _ids = new int[capacity];

    public int Count { get; private set; }

    public int Capacity => _ids.Length;

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Gives the ids of one text. They are good until the next id is added.</summary>
    public ReadOnlySpan<int> Slice(int start, int count) => Ids.Slice(start, count);

    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(4, Count * 2));
        }

        _ids[Count++] = id;
    }

    /// <summary>Takes back the last ids.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    /// <summary>Turns the ids from one on round.</summary>
    public void Reverse(int start) => _ids.AsSpan(start, Count - start).Reverse();

    public void Clear() => Count = 0;
}

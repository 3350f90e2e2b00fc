namespace Reranking.Tokenizers.Tokenization;

/// <summary>Token ids of one text after another, in memory that is used again after <see cref="Clear"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TokenBuffer
{
    private int[] _ids;

    public TokenBuffer(int capacity = 512) => _ids = new int[capacity];

    public int Count { get; private set; }

    public int Capacity => _ids.Length;

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Returns the ids of one text. They are valid until the next id is added.</summary>
    public ReadOnlySpan<int> Slice(int start, int count) => Ids.Slice(start, count);

    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(4, Count * 2));
        }

        _ids[Count++] = id;
    }

    /// <summary>Removes the last ids.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }

    /// <summary>Reverses the ids from a position on.</summary>
    public void Reverse(int start) => _ids.AsSpan(start, Count - start).Reverse();

    public void Clear() => Count = 0;
}

/// <summary>What encoding one text added to a <see cref="TokenBuffer"/>.</summary>
/// <param name="Start">Where its ids start in the buffer.</param>
/// <param name="Count">How many ids it has; the last word may take it past the limit.</param>
/// <param name="CharactersRead">How many UTF-16 code units were read before the limit was reached.</param>
/// <param name="IsComplete">Whether the text was read to its end.</param>
internal readonly record struct EncodedText(int Start, int Count, int CharactersRead, bool IsComplete);

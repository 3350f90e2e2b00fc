using System.Collections.Concurrent;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>The inputs of one request as the model reads them: ids and type ids, special tokens included, one input after another in pooled memory.</summary>
/// <remarks>Written by one thread; afterward any number of threads may read it, until it is disposed.</remarks>
internal sealed class TokenizedInputs : IDisposable
{
    private const int InitialCapacity = 1_024;

    // As in TokenBufferPool: enough for 100 documents of 512 tokens. The shared array pool keeps arrays by thread, and requests change threads.
    private const int MaxKeptCapacity = 1 << 17;
    private const int MaxKept = 16;

    private static readonly ConcurrentQueue<(long[] Ids, long[] TypeIds)> Kept = new();

    private readonly List<int> _ends;
    private long[] _ids;
    private long[] _typeIds;

    /// <summary>Initializes a new instance of the <see cref="TokenizedInputs"/> class.</summary>
    /// <param name="capacity">How many inputs are expected.</param>
    public TokenizedInputs(int capacity)
    {
        _ends = new List<int>(capacity);
        (_ids, _typeIds) = Kept.TryDequeue(out (long[] Ids, long[] TypeIds) kept) ? kept : (new long[InitialCapacity], new long[InitialCapacity]);
    }

    /// <summary>Gets the number of inputs.</summary>
    public int Count => _ends.Count;

    /// <summary>Gets how many tokens all inputs have together.</summary>
    public int TokenCount => _ends.Count == 0 ? 0 : _ends[^1];

    /// <summary>Returns how many tokens an input has.</summary>
    public int Length(int index) => _ends[index] - Start(index);

    /// <summary>Returns the ids of an input.</summary>
    public ReadOnlySpan<long> Ids(int index) => _ids.AsSpan(Start(index), Length(index));

    /// <summary>Returns the type ids of an input: which of its texts each token belongs to.</summary>
    public ReadOnlySpan<long> TypeIds(int index) => _typeIds.AsSpan(Start(index), Length(index));

    /// <summary>Adds an input. The caller writes all of both spans before it adds another one.</summary>
    /// <param name="length">How many tokens it has.</param>
    /// <param name="ids">Where its ids go.</param>
    /// <param name="typeIds">Where its type ids go.</param>
    public void Add(int length, out Span<long> ids, out Span<long> typeIds)
    {
        int start = TokenCount;
        int end = checked(start + length);
        Reserve(start, end);
        _ends.Add(end);
        ids = _ids.AsSpan(start, length);
        typeIds = _typeIds.AsSpan(start, length);
    }

    public void Dispose()
    {
        if (_ids.Length is > 0 and <= MaxKeptCapacity && Kept.Count < MaxKept)
        {
            Kept.Enqueue((_ids, _typeIds));
        }

        (_ids, _typeIds) = ([], []);
        _ends.Clear();
    }

    private int Start(int index) => index == 0 ? 0 : _ends[index - 1];

    private void Reserve(int used, int needed)
    {
        if (needed > _ids.Length)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, (long)_ids.Length * 2));
            (_ids, _typeIds) = (Grow(_ids), Grow(_typeIds));

            long[] Grow(long[] array)
            {
                long[] grown = GC.AllocateUninitializedArray<long>(capacity);
                array.AsSpan(0, used).CopyTo(grown);
                return grown;
            }
        }
    }
}

using System.Buffers;

namespace Reranking.Onnx.Tokenization;

/// <summary>The inputs of one request as the model reads them: ids and type ids, special tokens included, one input after another in pooled memory.</summary>
/// <remarks>Written by one thread; afterward any number of threads may read it, until it is disposed.</remarks>
internal sealed class TokenizedInputs : IDisposable
{
    private const int InitialCapacity = 1_024;

    private readonly List<int> _ends;
    private long[] _ids = ArrayPool<long>.Shared.Rent(InitialCapacity);
    private long[] _typeIds = ArrayPool<long>.Shared.Rent(InitialCapacity);

    /// <summary>Initializes a new instance of the <see cref="TokenizedInputs"/> class.</summary>
    /// <param name="capacity">How many inputs are expected.</param>
    public TokenizedInputs(int capacity) => _ends = new List<int>(capacity);

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
        Reserve(ref _ids, start, end);
        Reserve(ref _typeIds, start, end);
        _ends.Add(end);
        ids = _ids.AsSpan(start, length);
        typeIds = _typeIds.AsSpan(start, length);
    }

    public void Dispose()
    {
        Return(ref _ids);
        Return(ref _typeIds);
        _ends.Clear();
    }

    private int Start(int index) => index == 0 ? 0 : _ends[index - 1];

    private static void Reserve(ref long[] array, int used, int needed)
    {
        if (needed > array.Length)
        {
            long[] grown = ArrayPool<long>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, (long)array.Length * 2)));
            array.AsSpan(0, used).CopyTo(grown);
            Return(ref array);
            array = grown;
        }
    }

    private static void Return(ref long[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<long>.Shared.Return(array);
            array = [];
        }
    }
}

using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>A run of combining marks on the way to canonical order.</summary>
internal sealed class CombiningRun
{
    private const int PositionShift = 21;
    private const int ClassShift = PositionShift + 32;
    private const int KeptLength = 64;

    private readonly long[] _kept = new long[KeptLength];
    private long[] _keys;
    private int _count;

    public CombiningRun() => _keys = _kept;

    public bool IsEmpty => _count == 0;

    public void Add(int codePoint)
    {
        if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, _count * 2);
        }

        // Ordered by class, then by position: a sort of these is stable, and n log n however long the run is.
        _keys[_count] = ((long)CodePoints.CombiningClassOf(codePoint) << ClassShift) | ((long)_count << PositionShift) | (long)codePoint;
        _count++;
    }

    /// <summary>Puts the marks in order.</summary>
    public Span<long> Sort()
    {
        Span<long> keys = _keys.AsSpan(0, _count);
        keys.Sort();
        return keys;
    }

    public static int CodePointOf(long key) => (int)key & ((1 << PositionShift) - 1);

    public void Clear()
    {
        _count = 0;
        _keys = _kept;
    }
}

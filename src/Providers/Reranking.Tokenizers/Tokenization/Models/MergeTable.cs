namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>What two neighbors become, and how soon: a hash table with open addresses.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class MergeTable
{
    /// <summary>What two have that never merge; above all merges.</summary>
    public const long None = long.MaxValue;

    private const ulong GoldenRatio = 0x9E37_79B9_7F4A_7C15;

    private const int ByteCount = 256;

    // The first look at any word is at the pairs of its bytes.
    private readonly long[] _ofBytes = new long[ByteCount * ByteCount];
    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <summary>Initializes a new instance of the <see cref="MergeTable"/> class.</summary>
    /// <param name="merges">The merges, the first of them the soonest. Of two for the same pair the last counts.</param>
    /// <param name="byteIds">The id of each byte.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges, ReadOnlySpan<int> byteIds)
    {
        int bits = 1;
        while (1L << bits < 2L * merges.Count)
        {
            bits++;
        }

        _shift = 64 - bits;
        _entries = new Entry[1 << bits];
        Array.Fill(_entries, new Entry(ulong.MaxValue, None));
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right, int merged) = merges[rank];
            ulong key = KeyOf(left, right);
            _entries[FindSlot(key)] = new Entry(key, ((long)rank << 32) | (long)merged);
        }

        for (int pair = 0; pair < _ofBytes.Length; pair++)
        {
            _ofBytes[pair] = Find(byteIds[pair / ByteCount], byteIds[pair % ByteCount]);
        }
    }

    /// <summary>Returns the same as <see cref="Find"/> for the ids of two bytes.</summary>
    public long FindOfBytes(byte left, byte right) => _ofBytes[(left * ByteCount) + right];

    /// <summary>Returns the rank of a pair above what it becomes, so that the lowest is the first to merge.</summary>
    public long Find(int left, int right) => _entries[FindSlot(KeyOf(left, right))].Merge;

    public static int RankOf(long merge) => (int)(merge >> 32);

    public static int MergedOf(long merge) => (int)merge;

    private static ulong KeyOf(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int FindSlot(ulong key)
    {
        int slot = (int)((key * GoldenRatio) >> _shift);
        while (_entries[slot].Key != key && _entries[slot].Key != ulong.MaxValue)
        {
            slot = (slot + 1) & (_entries.Length - 1);
        }

        return slot;
    }

    private readonly record struct Entry(ulong Key, long Merge);
}

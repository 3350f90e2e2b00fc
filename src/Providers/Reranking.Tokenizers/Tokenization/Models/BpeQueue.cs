using System.Buffers;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>The ids of a long word as a chain, and their merges by rank.</summary>
internal sealed class BpeQueue
{
    private const int KeptEntries = 4_096;
    private const int Gone = -2;

    private readonly PriorityQueue<int, long> _merges = new();
    private int[] _ids = [];
    private int[] _next = [];
    private int[] _previous = [];
    private int _count;

    public Span<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Makes room for ids.</summary>
    public void Begin(int count)
    {
        _count = count;
        _ids = ArrayPool<int>.Shared.Rent(count);
        _next = ArrayPool<int>.Shared.Rent(count);
        _previous = ArrayPool<int>.Shared.Rent(count);
    }

    /// <summary>Links the first ids into a chain.</summary>
    public void Chain(int count)
    {
        _count = count;
        for (int i = 0; i < count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1 < count ? i + 1 : -1;
        }
    }

    /// <summary>Adds the merge of an id with the one after it, if there is one.</summary>
    public void Add(int left, long merge)
    {
        if (merge != MergeTable.None)
        {
            // By rank, then by position.
            _merges.Enqueue(left, ((long)MergeTable.RankOf(merge) << 32) | (long)left);
        }
    }

    /// <summary>Takes the next merge. It may be one of ids that are gone.</summary>
    public bool TryTake(out int left, out int rank)
    {
        bool taken = _merges.TryDequeue(out left, out long priority);
        rank = MergeTable.RankOf(priority);
        return taken;
    }

    /// <summary>Returns the position after one, or a negative number if there is none or the one itself is gone.</summary>
    public int NextOf(int position) => _next[position];

    public int PreviousOf(int position) => _previous[position];

    public void Merge(int left, int right, int merged)
    {
        int next = _next[right];
        _ids[left] = merged;
        _next[left] = next;
        _next[right] = Gone;
        if (next >= 0)
        {
            _previous[next] = left;
        }
    }

    /// <summary>Releases the memory of a long word.</summary>
    public void End()
    {
        ArrayPool<int>.Shared.Return(_ids);
        ArrayPool<int>.Shared.Return(_next);
        ArrayPool<int>.Shared.Return(_previous);
        _ids = _next = _previous = [];
        if (_merges.EnsureCapacity(0) > KeptEntries)
        {
            _merges.TrimExcess();
        }
    }
}

/// <summary>The working memory of <see cref="BpeModel"/> for one word of ordinary length.</summary>
internal sealed class BpeScratch
{
    /// <summary>The bytes that a word of ordinary length has at most.</summary>
    public const int Capacity = 64;

    public byte[] Bytes { get; } = new byte[Capacity];

    public int[] Ids { get; } = new int[Capacity];

    /// <summary>Gets the merge of each id with the next.</summary>
    public long[] Merges { get; } = new long[Capacity];
}

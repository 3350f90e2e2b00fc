namespace Reranking.Onnx.Engine;

/// <summary>
/// Fair queuing by virtual time: all items that wait get the same share of the work, turn by turn, whatever the sizes of their pieces.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="turn">
/// The work of a turn, after which an item lets the others have theirs. Items with no more work than that run to completion in the order of arrival; without
/// turns, equal items would all end when the last of them does.
/// </param>
/// <remarks>
/// The virtual time is how much work each item would have received by now if all were served at once; a new item starts there. Next is the item whose turn
/// would end first. So a small item that arrives goes ahead, even in the middle of another's turn, and yet none starves: each piece advances the virtual time,
/// and with it the start of the items that arrive. Since equal items leave one by one, the time would run ahead of the share of a large one; it stays within a
/// turn of the item that has received least, which is then owed one turn at most. Not thread-safe.
/// </remarks>
internal sealed class FairQueue<T>(long turn)
    where T : class
{
    // In the order of arrival; searched from the start, which for the number of requests of a process costs nothing beside a run.
    private readonly List<Entry> _entries = [];
    private double _virtualTime;

    /// <summary>Gets how many items wait.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds an item.</summary>
    /// <param name="item">An item that is not in the queue yet.</param>
    /// <param name="work">The work of all of its pieces.</param>
    public void Add(T item, long work)
    {
        long first = Math.Min(work, turn);
        _entries.Add(new Entry(item, _virtualTime + first, work, first));
    }

    /// <summary>Returns the item that is next, or <see langword="null"/> if none waits. Among equals, it is the one that arrived first.</summary>
    public T? Peek() => FindNext() is >= 0 and int index ? _entries[index].Item : null;

    /// <summary>Charges a piece to the item that is next.</summary>
    /// <param name="cost">The work of the piece.</param>
    /// <param name="isLast">Whether it is the item's last one, which removes the item.</param>
    public void Take(long cost, bool isLast)
    {
        int index = FindNext();
        Entry entry = _entries[index];
        if (_entries.Count == 1)
        {
            entry = entry with { End = _virtualTime + entry.TurnLeft };   // an item that is alone gets everything, so nothing is owed to it for the time before
        }

        _virtualTime += (double)cost / _entries.Count;
        if (isLast)
        {
            _entries.RemoveAt(index);
        }
        else
        {
            _entries[index] = After(entry, cost);
        }

        foreach (Entry waiting in _entries)
        {
            _virtualTime = Math.Min(_virtualTime, waiting.Served + turn);
        }
    }

    /// <summary>Removes an item, if it is in the queue.</summary>
    public void Remove(T item) => _entries.RemoveAll(entry => ReferenceEquals(entry.Item, item));

    // The end stays as it is throughout a turn, so that rounding can't change the order of equals.
    private Entry After(Entry entry, long cost)
    {
        long left = entry.Left - cost;
        long turnLeft = entry.TurnLeft - cost;
        if (turnLeft > 0)
        {
            return entry with { Left = left, TurnLeft = turnLeft };
        }

        long next = left > 0 ? Math.Min(left, turn) : turn;
        return new Entry(entry.Item, entry.End - turnLeft + next, left, next);
    }

    private int FindNext()
    {
        int next = -1;
        for (int i = 0; i < _entries.Count; i++)
        {
            next = next < 0 || _entries[i].End < _entries[next].End ? i : next;
        }

        return next;
    }

    private readonly record struct Entry(T Item, double End, long Left, long TurnLeft)
    {
        public double Served => End - TurnLeft;
    }
}

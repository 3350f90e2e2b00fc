namespace Reranking.Onnx.Engine;

/// <summary>
/// Says whose turn it is, so that all who wait get the same share of the work, whatever the sizes of their pieces: fair queuing by virtual time.
/// </summary>
/// <typeparam name="T">Who waits.</typeparam>
/// <param name="turn">
/// How much work a turn has at most; longer work takes several. So what is no longer runs to its end in the order of arrival, and equal requests do not all end
/// when the last of them does.
/// </param>
/// <remarks>
/// The virtual time is how much each would have received by now if all were served at once; who comes starts there. Next is whose turn would end first. So a
/// newcomer with little work goes ahead, even in the middle of another's turn, and yet nobody starves: the time moves on with every piece, and with it the
/// start of those who come. Not thread-safe.
/// </remarks>
internal sealed class FairQueue<T>(long turn)
    where T : class
{
    // In the order of arrival; searched from the start, which for the number of requests of a process costs nothing beside a run.
    private readonly List<Entry> _entries = [];
    private double _virtualTime;

    /// <summary>Gets how many wait.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds somebody who waits.</summary>
    /// <param name="item">Who waits, and does not yet.</param>
    /// <param name="work">The work of all of its pieces.</param>
    public void Add(T item, long work) => _entries.Add(new Entry(item, _virtualTime, work, Math.Min(work, turn)));

    /// <summary>Returns whose turn it is, or <see langword="null"/> if nobody waits. Of equals it is who came first.</summary>
    public T? Peek() => FindNext() is >= 0 and int index ? _entries[index].Item : null;

    /// <summary>Charges a piece to whose turn it is.</summary>
    /// <param name="cost">The work of the piece.</param>
    /// <param name="isLast">Whether it is the last one, which ends the waiting.</param>
    public void Take(long cost, bool isLast)
    {
        int index = FindNext();
        Entry entry = _entries[index];
        if (_entries.Count == 1)
        {
            entry = entry with { Served = _virtualTime };   // who is alone gets all there is, and is owed nothing for the time before
        }

        _virtualTime += (double)cost / _entries.Count;
        if (isLast)
        {
            _entries.RemoveAt(index);
            return;
        }

        long left = entry.Left - cost;
        long turnLeft = entry.TurnLeft - cost;
        _entries[index] = new Entry(entry.Item, entry.Served + cost, left, turnLeft > 0 ? turnLeft : Math.Min(left, turn));
    }

    /// <summary>Removes somebody who waits no longer, if he still does.</summary>
    public void Remove(T item) => _entries.RemoveAll(entry => ReferenceEquals(entry.Item, item));

    private int FindNext()
    {
        int next = -1;
        for (int i = 0; i < _entries.Count; i++)
        {
            next = next < 0 || _entries[i].End < _entries[next].End ? i : next;
        }

        return next;
    }

    private readonly record struct Entry(T Item, double Served, long Left, long TurnLeft)
    {
        public double End => Served + TurnLeft;
    }
}

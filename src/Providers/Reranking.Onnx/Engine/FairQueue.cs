namespace Reranking.Onnx.Engine;

/// <summary>
/// Says whose turn it is, so that all who wait get the same share of the work, whatever the sizes of their pieces: fair queuing by virtual time.
/// </summary>
/// <typeparam name="T">Who waits.</typeparam>
/// <remarks>
/// The virtual time is how much each would have received by now if all were served at once; who comes starts there. Next is whose piece would end first. So a
/// newcomer with little work goes ahead, and yet nobody starves: the time moves on with every piece, and with it the start of those who come. Not thread-safe.
/// </remarks>
internal sealed class FairQueue<T>
    where T : class
{
    // In the order of arrival; searched from the start, which for the number of requests of a process costs nothing beside a run.
    private readonly List<Entry> _entries = [];
    private double _virtualTime;

    /// <summary>Gets how many wait.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds somebody who waits.</summary>
    /// <param name="item">Who waits, and does not yet.</param>
    /// <param name="cost">The work of the first piece.</param>
    public void Add(T item, long cost) => _entries.Add(new Entry(item, _virtualTime, cost));

    /// <summary>Returns whose turn it is, or <see langword="null"/> if nobody waits. Of equals it is who came first.</summary>
    /// <param name="cost">The work of the piece.</param>
    public T? Peek(out long cost)
    {
        int index = FindNext();
        cost = index < 0 ? 0 : _entries[index].Cost;
        return index < 0 ? null : _entries[index].Item;
    }

    /// <summary>Charges the piece of whose turn it is.</summary>
    /// <param name="nextCost">The work of the next piece, or <see langword="null"/> after the last one, which ends the waiting.</param>
    public void Take(long? nextCost)
    {
        int index = FindNext();
        Entry entry = _entries[index];
        if (_entries.Count == 1)
        {
            entry = entry with { Served = _virtualTime };   // who is alone gets all there is, and is owed nothing for the time before
        }

        _virtualTime += (double)entry.Cost / _entries.Count;
        if (nextCost is { } cost)
        {
            _entries[index] = new Entry(entry.Item, entry.Served + entry.Cost, cost);
        }
        else
        {
            _entries.RemoveAt(index);
        }
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

    private readonly record struct Entry(T Item, double Served, long Cost)
    {
        public double End => Served + Cost;
    }
}

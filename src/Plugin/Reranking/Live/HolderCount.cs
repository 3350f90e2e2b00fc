namespace Reranking;

/// <summary>Counts who holds a thing, and ends it when the last one lets go.</summary>
/// <param name="onLast">Ends the thing; called once.</param>
/// <remarks>Thread-safe. It starts with one holder.</remarks>
internal sealed class HolderCount(Action onLast)
{
    private int _count = 1;

    /// <summary>Adds a holder, unless the last one has let go.</summary>
    public bool TryAdd()
    {
        int count = Volatile.Read(ref _count);
        while (count > 0)
        {
            int seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }

    public void Remove()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            onLast();
        }
    }
}

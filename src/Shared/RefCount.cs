namespace Reranking;

/// <summary>Counts the references to an object and closes it when the last one is released.</summary>
/// <param name="close">Closes the object; called once.</param>
/// <remarks>Thread-safe. It starts with one reference, that of the owner.</remarks>
internal sealed class RefCount(Action close)
{
    private int _count = 1;

    /// <summary>Adds a reference, unless the object is closed.</summary>
    /// <returns><see langword="false"/> if the last reference was released before.</returns>
    public bool TryAcquire()
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

    /// <summary>Releases one reference.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            close();
        }
    }
}

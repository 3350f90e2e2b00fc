using System.Runtime.InteropServices;

namespace Reranking.Onnx.Engine;

/// <summary>
/// Memory for outputs that are too large for the garbage-collected heap. In total it stays within a limit, unless a single block is larger, which is
/// then the only one; a run that needs more waits for those under way.
/// </summary>
/// <param name="limit">The limit in bytes.</param>
/// <remarks>Thread-safe. A block is used again while a request runs, because fresh memory costs as much as a run of a small model.</remarks>
internal sealed unsafe class NativeMemoryPool(long limit)
{
    private readonly object _lock = new();
    private readonly List<Block> _idle = [];
    private readonly LinkedList<long> _waiting = new();   // the sizes that are wanted, in the order they came

    /// <summary>Gets how many bytes there are, rented and idle.</summary>
    public long Size { get; private set; }

    /// <summary>Rents a block. Requests are served in the order in which they came, so that small ones never starve a large one.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled before there was room.</exception>
    public Block Rent(long size, CancellationToken cancellationToken)
    {
        // Let go of outside the lock, which the callback takes.
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static pool => ((NativeMemoryPool)pool!).Wake(), this);
        lock (_lock)
        {
            LinkedListNode<long> place = _waiting.AddLast(size);
            try
            {
                Block block;
                while (place != _waiting.First || !TryTake(size, out block))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Monitor.Wait(_lock);
                }

                return block;
            }
            finally
            {
                _waiting.Remove(place);
                Monitor.PulseAll(_lock);
            }
        }
    }

    public void Return(Block block)
    {
        lock (_lock)
        {
            _idle.Add(block);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Returns idle memory to the system.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            FreeIdle();
            Monitor.PulseAll(_lock);
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            Monitor.PulseAll(_lock);
        }
    }

    private bool TryTake(long size, out Block block)
    {
        if (TryTakeIdle(size, out block))
        {
            return true;
        }

        if (Size + size > limit)
        {
            FreeIdle();
        }

        if (Size > 0 && Size + size > limit)
        {
            return false;
        }

        block = new Block((nint)NativeMemory.Alloc((nuint)size), size);
        Size += size;
        return true;
    }

    // Not one of more than twice the size: the rest of it would keep others waiting.
    private bool TryTakeIdle(long size, out Block block)
    {
        int index = _idle.FindIndex(idle => idle.Size >= size && idle.Size <= 2 * size);
        block = index < 0 ? default : _idle[index];
        if (index >= 0)
        {
            _idle.RemoveAt(index);
        }

        return index >= 0;
    }

    private void FreeIdle()
    {
        foreach (Block block in _idle)
        {
            NativeMemory.Free((void*)block.Address);
            Size -= block.Size;
        }

        _idle.Clear();
    }

    internal readonly record struct Block(nint Address, long Size);
}

using System.Runtime.CompilerServices;
using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking.KernelMemory.Tests;

/// <summary>The same store with the interface for batches.</summary>
public sealed class BatchMemoryStore(IEnumerable<Memory> memories) : MemoryStore(memories), IMemoryDbUpsertBatch
{
    public async IAsyncEnumerable<string> UpsertBatchAsync(
        string index, IEnumerable<MemoryRecord> records, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Noted($"batch {index} {string.Join('+', records.Select(static record => record.Id))}", cancellationToken);
        foreach (MemoryRecord record in records)
        {
            yield return $"stored {record.Id}";
        }
    }
}

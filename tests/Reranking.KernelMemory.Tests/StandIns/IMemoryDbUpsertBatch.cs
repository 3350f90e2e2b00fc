namespace Microsoft.KernelMemory.MemoryStorage;

public interface IMemoryDbUpsertBatch
{
    IAsyncEnumerable<string> UpsertBatchAsync(string index, IEnumerable<MemoryRecord> records, CancellationToken cancellationToken = default);
}

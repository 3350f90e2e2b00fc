using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking;

/// <summary>The same over a store that takes batches: Kernel Memory looks for that interface, and without it ingests record by record.</summary>
internal sealed class RerankingBatchMemoryDb(IMemoryDb inner, IMemoryDbUpsertBatch innerBatch, Reranker reranker, RerankingOptions? options)
    : RerankingMemoryDb(inner, reranker, options), IMemoryDbUpsertBatch
{
    public IAsyncEnumerable<string> UpsertBatchAsync(string index, IEnumerable<MemoryRecord> records, CancellationToken cancellationToken = default) =>
        innerBatch.UpsertBatchAsync(index, records, cancellationToken);
}

using System.Runtime.CompilerServices;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking.KernelMemory.Tests;

/// <summary>A store whose first record has no text.</summary>
public sealed class TextlessStore(MemoryStore store) : IMemoryDb
{
    public async IAsyncEnumerable<(MemoryRecord, double)> GetSimilarListAsync(
        string index,
        string text,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = 1,
        bool withEmbeddings = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return (new MemoryRecord { Id = "textless" }, 1);
        await foreach (
            (MemoryRecord, double) found in store.GetSimilarListAsync(index, text, filters, minRelevance, limit - 1, withEmbeddings, cancellationToken))
        {
            yield return found;
        }
    }

    public Task CreateIndexAsync(string index, int vectorSize, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IEnumerable<string>> GetIndexesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteIndexAsync(string index, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string> UpsertAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<MemoryRecord> GetListAsync(
        string index,
        ICollection<MemoryFilter>? filters = null,
        int limit = 1,
        bool withEmbeddings = false,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

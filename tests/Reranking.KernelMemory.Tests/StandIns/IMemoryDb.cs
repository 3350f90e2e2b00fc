namespace Microsoft.KernelMemory.MemoryStorage;

public interface IMemoryDb
{
    Task CreateIndexAsync(string index, int vectorSize, CancellationToken cancellationToken = default);

    Task<IEnumerable<string>> GetIndexesAsync(CancellationToken cancellationToken = default);

    Task DeleteIndexAsync(string index, CancellationToken cancellationToken = default);

    Task<string> UpsertAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default);

    IAsyncEnumerable<(MemoryRecord, double)> GetSimilarListAsync(
        string index,
        string text,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = 1,
        bool withEmbeddings = false,
        CancellationToken cancellationToken = default);

    IAsyncEnumerable<MemoryRecord> GetListAsync(
        string index,
        ICollection<MemoryFilter>? filters = null,
        int limit = 1,
        bool withEmbeddings = false,
        CancellationToken cancellationToken = default);

    Task DeleteAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default);
}

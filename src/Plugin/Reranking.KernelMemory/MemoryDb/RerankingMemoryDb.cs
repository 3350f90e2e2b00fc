using Microsoft.KernelMemory;
using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking.KernelMemory.MemoryDb;

/// <summary>
/// A memory store whose similarity search is reranked. Everything else passes through, and so do listings by filters alone, which have no query.
/// </summary>
/// <remarks>There is no LINQ over asynchronous streams in here: Kernel Memory brings System.Linq.Async, which clashes with what .NET 10 has built in.</remarks>
internal class RerankingMemoryDb : IMemoryDb
{
    private const string TextField = "text";

    private readonly IMemoryDb _inner;
    private readonly ScoredListReranker<MemoryRecord> _reranker;

    public RerankingMemoryDb(IMemoryDb inner, Reranker reranker, RerankingOptions? options)
    {
        _inner = inner;
        _reranker = new ScoredListReranker<MemoryRecord>(reranker, GetText, options);
    }

    public Task CreateIndexAsync(string index, int vectorSize, CancellationToken cancellationToken = default) =>
        _inner.CreateIndexAsync(index, vectorSize, cancellationToken);

    public Task<IEnumerable<string>> GetIndexesAsync(CancellationToken cancellationToken = default) => _inner.GetIndexesAsync(cancellationToken);

    public Task DeleteIndexAsync(string index, CancellationToken cancellationToken = default) => _inner.DeleteIndexAsync(index, cancellationToken);

    public Task<string> UpsertAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default) =>
        _inner.UpsertAsync(index, record, cancellationToken);

    // The threshold is one of the store's scores, on whatever scale they are, so the store alone can hold it against them.
    public IAsyncEnumerable<(MemoryRecord, double)> GetSimilarListAsync(
        string index,
        string text,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = 1,
        bool withEmbeddings = false,
        CancellationToken cancellationToken = default) =>
        _reranker.SearchAsync(
            text, limit, (count, token) => _inner.GetSimilarListAsync(index, text, filters, minRelevance, count, withEmbeddings, token), cancellationToken);

    public IAsyncEnumerable<MemoryRecord> GetListAsync(
        string index,
        ICollection<MemoryFilter>? filters = null,
        int limit = 1,
        bool withEmbeddings = false,
        CancellationToken cancellationToken = default) =>
        _inner.GetListAsync(index, filters, limit, withEmbeddings, cancellationToken);

    public Task DeleteAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default) =>
        _inner.DeleteAsync(index, record, cancellationToken);

    // Stores that keep payloads as JSON give the text back as a JsonElement.
    private static string? GetText(MemoryRecord record) => record.Payload.TryGetValue(TextField, out object? text) ? text?.ToString() : null;
}

/// <summary>The same over a store that accepts batches: Kernel Memory looks for that interface and, without it, ingests record by record.</summary>
internal sealed class RerankingBatchMemoryDb(IMemoryDb inner, IMemoryDbUpsertBatch innerBatch, Reranker reranker, RerankingOptions? options)
    : RerankingMemoryDb(inner, reranker, options), IMemoryDbUpsertBatch
{
    public IAsyncEnumerable<string> UpsertBatchAsync(string index, IEnumerable<MemoryRecord> records, CancellationToken cancellationToken = default) =>
        innerBatch.UpsertBatchAsync(index, records, cancellationToken);
}

using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>A collection of a vector store whose searches are reranked; everything else goes to the inner collection as it is.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// For code that takes a collection and not only an <see cref="IVectorSearchable{TRecord}"/>. <see cref="SearchAsync"/> searches as
/// <see cref="RerankedVectorSearch{TRecord}"/> does, and <see cref="GetService"/> returns the hybrid search, reranked in the same way. Reading by key or
/// filter, upserting and deleting are unaffected.
/// </para>
/// <para>As thread-safe as the inner collection. Disposing it disposes the inner one.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is what its base class is.")]
public sealed class RerankedVectorStoreCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly VectorStoreCollection<TKey, TRecord> _inner;
    private readonly RerankedVectorSearch<TRecord> _search;

    /// <summary>Initializes a new instance of the <see cref="RerankedVectorStoreCollection{TKey, TRecord}"/> class.</summary>
    /// <inheritdoc cref="RerankedVectorSearch{TRecord}(IVectorSearchable{TRecord}, Reranker, Func{TRecord, string}, RerankedSearchOptions)"/>
    public RerankedVectorStoreCollection(
        VectorStoreCollection<TKey, TRecord> inner, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
    {
        _search = new RerankedVectorSearch<TRecord>(inner, reranker, textSelector, options);
        _inner = inner;
    }

    /// <inheritdoc/>
    public override string Name => _inner.Name;

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => _inner.CollectionExistsAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => _inner.EnsureCollectionExistsAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => _inner.EnsureCollectionDeletedAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        _inner.GetAsync(key, options, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<TRecord> GetAsync(
        IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        _inner.GetAsync(keys, options, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord,
        bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default) =>
        _inner.GetAsync(filter, top, options, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => _inner.DeleteAsync(key, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default) => _inner.DeleteAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => _inner.UpsertAsync(record, cancellationToken);

    /// <inheritdoc/>
    public override Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default) =>
        _inner.UpsertAsync(records, cancellationToken);

    /// <inheritdoc cref="RerankedVectorSearch{TRecord}.SearchAsync{TInput}"/>
    public override IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default) =>
        _search.SearchAsync(searchValue, top, options, cancellationToken);

    /// <inheritdoc cref="RerankedVectorSearch{TRecord}.SearchRankingAsync{TInput}"/>
    public Task<RerankingResult<VectorSearchResult<TRecord>>> SearchRankingAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull =>
        _search.SearchRankingAsync(searchValue, top, options, cancellationToken);

    /// <inheritdoc cref="RerankedVectorSearch{TRecord}.GetService"/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : _search.GetService(serviceType, serviceKey);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

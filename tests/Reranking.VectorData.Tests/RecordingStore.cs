using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

/// <summary>A collection that writes down what it is asked, and searches by a function.</summary>
public sealed class RecordingStore<TKey, TRecord>(Func<object, int, IEnumerable<TRecord>> search)
    : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    public override string Name => "recorded";

    public List<MemberCall> Calls { get; } = [];

    public List<CancellationToken> Tokens { get; } = [];

    public bool IsDisposed { get; private set; }

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Record(Task.FromResult(true), [], cancellationToken);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Record(Task.CompletedTask, [], cancellationToken);

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => Record(Task.CompletedTask, [], cancellationToken);

    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Record(Task.FromResult<TRecord?>(null), [key, options], cancellationToken);

    public override IAsyncEnumerable<TRecord> GetAsync(
        IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Record(AsyncEnumerable.Empty<TRecord>(), [keys, options], cancellationToken);

    public override IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default) =>
        Record(AsyncEnumerable.Empty<TRecord>(), [filter, top, options], cancellationToken);

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => Record(Task.CompletedTask, [key], cancellationToken);

    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default) =>
        Record(Task.CompletedTask, [keys], cancellationToken);

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => Record(Task.CompletedTask, [record], cancellationToken);

    public override Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default) =>
        Record(Task.CompletedTask, [records], cancellationToken);

    public override IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default) =>
        Record(Find(searchValue, top), [searchValue, top], cancellationToken);

    public IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull =>
        Record(Find(searchValue, top), [searchValue, keywords, top], cancellationToken);

    public override object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    protected override void Dispose(bool disposing)
    {
        IsDisposed = disposing;
        base.Dispose(disposing);
    }

    private IAsyncEnumerable<VectorSearchResult<TRecord>> Find(object searchValue, int top) =>
        search(searchValue, top).Select(static record => new VectorSearchResult<TRecord>(record, 0.5)).ToAsyncEnumerable();

    private T Record<T>(T result, object?[] arguments, CancellationToken cancellationToken, [CallerMemberName] string member = "")
    {
        Calls.Add(new MemberCall(member, arguments));
        Tokens.Add(cancellationToken);
        return result;
    }
}

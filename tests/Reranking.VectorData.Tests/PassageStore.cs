using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

/// <summary>What the store was asked for in one search.</summary>
public sealed record StoreCall(
    object SearchValue,
    int Top,
    int Skip,
    ICollection<string>? Keywords,
    LambdaExpression? Filter,
    LambdaExpression? VectorProperty,
    LambdaExpression? AdditionalProperty,
    bool IncludeVectors,
    double? ScoreThreshold);

/// <summary>
/// A vector store in memory: cosine similarity over letter counts; hybrid search adds a point a keyword. It searches in both ways, as most stores do.
/// </summary>
public sealed class PassageStore : VectorStoreCollection<string, Passage>, IKeywordHybridSearchable<Passage>
{
    private static readonly VectorStoreCollectionMetadata Metadata = new() { CollectionName = "passages", VectorStoreSystemName = "memory" };

    private readonly Dictionary<string, Passage> _passages = [];

    public PassageStore(params IEnumerable<Passage> passages)
    {
        foreach (Passage passage in passages)
        {
            _passages.Add(passage.Id, passage);
        }
    }

    public override string Name => "passages";

    public List<StoreCall> Calls { get; } = [];

    /// <summary>Gets the token that the last search was called with.</summary>
    public CancellationToken Token { get; private set; }

    public Exception? Failure { get; set; }

    /// <summary>Makes searches wait for their token, not for ever; set once one does.</summary>
    public TaskCompletionSource? Waiting { get; set; }

    public override IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<Passage>? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        Token = cancellationToken;
        var call = new StoreCall(
            searchValue,
            top,
            options.Skip,
            Keywords: null,
            options.Filter,
            options.VectorProperty,
            AdditionalProperty: null,
            options.IncludeVectors,
            options.ScoreThreshold);
        return FindAsync(call, options.Filter, options.VectorProperty, cancellationToken);
    }

    public IAsyncEnumerable<VectorSearchResult<Passage>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<Passage>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        options ??= new();
        Token = cancellationToken;
        var call = new StoreCall(
            searchValue,
            top,
            options.Skip,
            keywords,
            options.Filter,
            options.VectorProperty,
            options.AdditionalProperty,
            options.IncludeVectors,
            options.ScoreThreshold);
        return FindAsync(call, options.Filter, options.VectorProperty, cancellationToken);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not (null or "primary") ? null
        : serviceType == typeof(VectorStoreCollectionMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        _passages.Clear();
        return Task.CompletedTask;
    }

    public override Task<Passage?> GetAsync(string key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(_passages.GetValueOrDefault(key));

    public override IAsyncEnumerable<Passage> GetAsync(
        Expression<Func<Passage, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<Passage>? options = null,
        CancellationToken cancellationToken = default) =>
        _passages.Values.Where(filter.Compile()).Take(top).ToAsyncEnumerable();

    public override Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        _passages.Remove(key);
        return Task.CompletedTask;
    }

    public override Task UpsertAsync(Passage record, CancellationToken cancellationToken = default)
    {
        _passages[record.Id] = record;
        return Task.CompletedTask;
    }

    public override async Task UpsertAsync(IEnumerable<Passage> records, CancellationToken cancellationToken = default)
    {
        foreach (Passage record in records)
        {
            await UpsertAsync(record, cancellationToken);
        }
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double product = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += x[i] * y[i];
            xx += x[i] * x[i];
            yy += y[i] * y[i];
        }

        return xx == 0 || yy == 0 ? 0 : product / Math.Sqrt(xx * yy);
    }

    private async IAsyncEnumerable<VectorSearchResult<Passage>> FindAsync(
        StoreCall call,
        Expression<Func<Passage, bool>>? filter,
        Expression<Func<Passage, object?>>? vectorProperty,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Calls.Add(call);
        if (Waiting is not null)
        {
            Waiting.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        }

        if (Failure is not null)
        {
            throw Failure;
        }

        float[] wanted = call.SearchValue switch
        {
            string text => Passage.LettersOf(text),
            ReadOnlyMemory<float> vector => vector.ToArray(),
            _ => throw new NotSupportedException($"This store can't search for a {call.SearchValue.GetType()}."),
        };
        Func<Passage, object?> vectorOf = vectorProperty?.Compile() ?? (static passage => passage.TextVector);
        IEnumerable<VectorSearchResult<Passage>> found = _passages.Values
            .Where(filter?.Compile() ?? (static _ => true))
            .Select(passage => (Passage: passage, Score: Cosine(wanted, ((ReadOnlyMemory<float>)vectorOf(passage)!).Span) + KeywordsIn(passage)))
            .Where(found => call.ScoreThreshold is not { } threshold || found.Score >= threshold)
            .OrderByDescending(static found => found.Score)
            .ThenBy(static found => found.Passage.Id, StringComparer.Ordinal)
            .Skip(call.Skip)
            .Take(call.Top)
            .Select(found => new VectorSearchResult<Passage>(
                call.IncludeVectors ? found.Passage : found.Passage with { TextVector = null, TitleVector = null }, found.Score));
        foreach (VectorSearchResult<Passage> result in found)
        {
            await Task.Yield();
            yield return result;
        }

        double KeywordsIn(Passage passage) =>
            call.Keywords?.Count(keyword => passage.Text?.Contains(keyword, StringComparison.OrdinalIgnoreCase) is true) ?? 0;
    }
}

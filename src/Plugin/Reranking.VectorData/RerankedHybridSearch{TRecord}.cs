using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>A hybrid search, by vector and keywords, whose results are reranked: it fetches wide, orders by relevance, then skips and takes.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// The inner search is asked for <c>max(CandidateCount, Skip + top)</c> records with nothing skipped. Filter, properties, vectors and
/// <see cref="HybridSearchOptions{TRecord}.ScoreThreshold"/> are passed on: that threshold is the first stage's, in its unit;
/// <see cref="RerankingOptions.MinScore"/> is the one for relevance, and applies before anything is skipped. Relevance is to the search value; the keywords are
/// for the first stage.
/// </para>
/// <inheritdoc cref="RerankedVectorSearch{TRecord}" path="/remarks/para[position()>1]"/>
/// </remarks>
public sealed class RerankedHybridSearch<TRecord> : IKeywordHybridSearchable<TRecord>
    where TRecord : class
{
    private readonly IKeywordHybridSearchable<TRecord> _inner;
    private readonly RerankedSearch<TRecord> _search;

    /// <summary>Initializes a new instance of the <see cref="RerankedHybridSearch{TRecord}"/> class.</summary>
    /// <inheritdoc cref="RerankedVectorSearch{TRecord}(IVectorSearchable{TRecord}, Reranker, Func{TRecord, string}, RerankedSearchOptions)"/>
    public RerankedHybridSearch(
        IKeywordHybridSearchable<TRecord> inner, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
        : this(inner, new RerankedSearch<TRecord>(reranker, textSelector, options))
    {
    }

    internal RerankedHybridSearch(IKeywordHybridSearchable<TRecord> inner, RerankedSearch<TRecord> search)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _search = search;
    }

    /// <summary>Searches for records that are similar to a value or hold keywords, and orders them by relevance to the text of the value.</summary>
    /// <typeparam name="TInput">The type of the value.</typeparam>
    /// <param name="searchValue">What to search for: a string, or a value whose text <see cref="RerankedSearchOptions.QuerySelector"/> returns.</param>
    /// <param name="keywords">The keywords of the first stage.</param>
    /// <param name="top">The maximum number of results, from 1.</param>
    /// <param name="options">The options of the search, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the search and the scoring.</param>
    /// <returns>The results: the scored ones by relevance, then the others in first-stage order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="searchValue"/> or <paramref name="keywords"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="top"/> is below 1.</exception>
    /// <exception cref="NotSupportedException">
    /// <paramref name="searchValue"/> is not a string, and there is no <see cref="RerankedSearchOptions.QuerySelector"/>.
    /// </exception>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(keywords);
        return _search.SearchAsync(searchValue, options?.Skip ?? 0, top, FirstStage(searchValue, keywords, options), cancellationToken);
    }

    /// <summary>
    /// Searches as <see cref="HybridSearchAsync{TInput}"/> does, and reports what happened: whether the reranker fell back, why, and what it consumed.
    /// </summary>
    /// <returns>The same page of results, as a ranking. Its candidates are the results of the first stage, with the first stage's scores.</returns>
    /// <inheritdoc cref="HybridSearchAsync{TInput}"/>
    public Task<RerankingResult<VectorSearchResult<TRecord>>> HybridSearchRankingAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(keywords);
        return _search.RankAsync(searchValue, options?.Skip ?? 0, top, FirstStage(searchValue, keywords, options), cancellationToken);
    }

    /// <summary>Gets a service of this search or of the one it decorates.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">The key of the service, or <see langword="null"/>.</param>
    /// <returns>
    /// The service, or <see langword="null"/> if there is none. <see cref="IVectorSearchable{TRecord}"/> is reranked in the same way. Anything else
    /// that searches the same records, such as the collection itself, is not returned, so that nobody bypasses the reranker by accident.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is <see langword="null"/>.</exception>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : _search.Guard(serviceType, _inner.GetService(serviceType, serviceKey));
    }

    private Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> FirstStage<TInput>(
        TInput searchValue, ICollection<string> keywords, HybridSearchOptions<TRecord>? options)
        where TInput : notnull
    {
        // Copied now, so that the caller can change its options before it enumerates. The type has no Clone; a test watches its properties.
        var firstStage = new HybridSearchOptions<TRecord>
        {
            Filter = options?.Filter,
            VectorProperty = options?.VectorProperty,
            AdditionalProperty = options?.AdditionalProperty,
            IncludeVectors = options?.IncludeVectors ?? false,
            ScoreThreshold = options?.ScoreThreshold,
        };
        return (count, cancellationToken) => _inner.HybridSearchAsync(searchValue, keywords, count, firstStage, cancellationToken);
    }
}

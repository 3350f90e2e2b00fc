using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>A vector search whose results are reranked: it fetches wide, orders by relevance, then skips and takes.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// The inner search is asked for <c>max(CandidateCount, Skip + top)</c> records with nothing skipped. Filter, vector property, vectors and
/// <see cref="VectorSearchOptions{TRecord}.ScoreThreshold"/> are passed on: that threshold is the first stage's, in its unit;
/// <see cref="RerankingOptions.MinScore"/> is the one for relevance, and holds before anything is skipped.
/// </para>
/// <para>
/// <see cref="VectorSearchResult{TRecord}.Score"/> is <see cref="RelevanceScore.Value"/>: from 0 to 1, higher is better, whatever the distance function; or
/// <see langword="null"/> where the record was not scored: blank text, beyond <see cref="RerankingOptions.CandidateCount"/>, or no reranking took place. What the first stage gave is at
/// <see cref="RerankedSearchExtensions.GetProvenance{TRecord}(VectorSearchResult{TRecord})"/>.
/// </para>
/// <para>
/// As thread-safe as the inner search, which it does not own. Nothing is searched before the results are enumerated, the first one comes when all are scored, and enumerating twice
/// searches twice. Texts go to the scorer of the reranker.
/// </para>
/// </remarks>
public sealed class RerankedVectorSearch<TRecord> : IVectorSearchable<TRecord>
    where TRecord : class
{
    private readonly IVectorSearchable<TRecord> _inner;
    private readonly RerankedSearch<TRecord> _search;

    /// <summary>Initializes a new instance of the <see cref="RerankedVectorSearch{TRecord}"/> class.</summary>
    /// <param name="inner">The first stage.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Gives the text of a record to score. A record without one is not scored.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="inner"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.</exception>
    public RerankedVectorSearch(IVectorSearchable<TRecord> inner, Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options = null)
        : this(inner, new RerankedSearch<TRecord>(reranker, textSelector, options))
    {
    }

    internal RerankedVectorSearch(IVectorSearchable<TRecord> inner, RerankedSearch<TRecord> search)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _search = search;
    }

    /// <summary>Searches for records that are similar to a value, and orders them by relevance to its text.</summary>
    /// <typeparam name="TInput">The type of the value.</typeparam>
    /// <param name="searchValue">What to search for: a string, or a value that <see cref="RerankedSearchOptions.QuerySelector"/> knows the text of.</param>
    /// <param name="top">How many results to give at most, from 1.</param>
    /// <param name="options">The options of the search, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the search and the scoring.</param>
    /// <returns>The results: the scored ones by relevance, then the others in first-stage order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="searchValue"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="top"/> is below 1.</exception>
    /// <exception cref="NotSupportedException"><paramref name="searchValue"/> is not a string, and there is no <see cref="RerankedSearchOptions.QuerySelector"/>.</exception>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        SearchPage page = _search.Page(searchValue, options?.Skip ?? 0, top);
        return _search.SearchAsync(page, FirstStage(searchValue, page, options), cancellationToken);
    }

    /// <summary>Searches as <see cref="SearchAsync{TInput}"/> does, and tells what happened: whether the reranker fell back, why, and what it consumed.</summary>
    /// <returns>
    /// The ranking from its first rank on, <c>Skip + top</c> candidates at most: nothing is skipped. The candidates are the results of the first stage, with its scores;
    /// those without a text are the very last.
    /// </returns>
    /// <inheritdoc cref="SearchAsync{TInput}"/>
    public Task<RerankingResult<VectorSearchResult<TRecord>>> SearchRankingAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        SearchPage page = _search.Page(searchValue, options?.Skip ?? 0, top);
        return _search.RankAsync(page, FirstStage(searchValue, page, options), cancellationToken);
    }

    /// <summary>Asks this search, and the one it decorates, for an object of a type.</summary>
    /// <param name="serviceType">The type that is asked for.</param>
    /// <param name="serviceKey">A key that tells several objects of one type apart, or <see langword="null"/>.</param>
    /// <returns>
    /// The object, or <see langword="null"/> where there is none. <see cref="IKeywordHybridSearchable{TRecord}"/> comes reranked in the same way. Anything else that searches
    /// the same records, such as the collection itself, is not handed out, so that nobody searches past the reranker by accident: keep the collection for that.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is <see langword="null"/>.</exception>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : _search.Guard(serviceType, _inner.GetService(serviceType, serviceKey));
    }

    private Func<CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> FirstStage<TInput>(TInput searchValue, SearchPage page, VectorSearchOptions<TRecord>? options)
        where TInput : notnull
    {
        // Copied now, so that the caller may change its options before it enumerates. The type has no Clone; a test watches its properties.
        var firstStage = new VectorSearchOptions<TRecord>
        {
            Filter = options?.Filter,
            VectorProperty = options?.VectorProperty,
            IncludeVectors = options?.IncludeVectors ?? false,
            ScoreThreshold = options?.ScoreThreshold,
        };
        return cancellationToken => _inner.SearchAsync(searchValue, page.FetchCount, firstStage, cancellationToken);
    }
}

using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>A vector search whose results are reranked: it fetches wide, orders by relevance, then skips and takes.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// The inner search is asked for <c>max(CandidateCount, Skip + top)</c> records with nothing skipped. Filter, vector property, vectors and
/// <see cref="VectorSearchOptions{TRecord}.ScoreThreshold"/> are passed on: that threshold is the first stage's, in its unit;
/// <see cref="RerankingOptions.MinScore"/> is the one for relevance, and applies before anything is skipped.
/// </para>
/// <para>
/// <see cref="VectorSearchResult{TRecord}.Score"/> is <see cref="RelevanceScore.Value"/>: from 0 to 1, higher is better, whatever the distance function; or
/// <see langword="null"/> if the record was not scored: blank text, beyond <see cref="RerankingOptions.CandidateCount"/>, or no reranking took place. The
/// score of the first stage is in <see cref="RerankedSearchExtensions.GetProvenance{TRecord}(VectorSearchResult{TRecord})"/>.
/// </para>
/// <para>
/// As thread-safe as the inner search, which it does not own. Nothing is searched before the results are enumerated, the first one comes when all are scored,
/// and enumerating twice searches twice. Texts go to the scorer of the reranker.
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
    /// <param name="textSelector">Returns the text of a record to score. A record without text is not scored.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="inner"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
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
    /// <param name="searchValue">What to search for: a string, or a value whose text <see cref="RerankedSearchOptions.QuerySelector"/> returns.</param>
    /// <param name="top">The maximum number of results, from 1.</param>
    /// <param name="options">The options of the search, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the search and the scoring.</param>
    /// <returns>The results: the scored ones by relevance, then the others in first-stage order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="searchValue"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="top"/> is below 1.</exception>
    /// <exception cref="NotSupportedException">
    /// <paramref name="searchValue"/> is not a string, and there is no <see cref="RerankedSearchOptions.QuerySelector"/>.
    /// </exception>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull =>
        _search.SearchAsync(searchValue, options?.Skip ?? 0, top, FirstStage(searchValue, options), cancellationToken);

    /// <summary>
    /// Searches as <see cref="SearchAsync{TInput}"/> does, and reports what happened: whether the reranker fell back, why, and what it consumed.
    /// </summary>
    /// <returns>The same page of results, as a ranking. Its candidates are the results of the first stage, with the first stage's scores.</returns>
    /// <inheritdoc cref="SearchAsync{TInput}"/>
    public Task<RerankingResult<VectorSearchResult<TRecord>>> SearchRankingAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
        where TInput : notnull =>
        _search.RankAsync(searchValue, options?.Skip ?? 0, top, FirstStage(searchValue, options), cancellationToken);

    /// <summary>Gets a service of this search or of the one it decorates.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">The key of the service, or <see langword="null"/>.</param>
    /// <returns>
    /// The service, or <see langword="null"/> if there is none. <see cref="IKeywordHybridSearchable{TRecord}"/> is reranked in the same way. Anything else
    /// that searches the same records, such as the collection itself, is not returned, so that nobody bypasses the reranker by accident.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is <see langword="null"/>.</exception>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : _search.Guard(serviceType, _inner.GetService(serviceType, serviceKey));
    }

    private Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> FirstStage<TInput>(
        TInput searchValue, VectorSearchOptions<TRecord>? options)
        where TInput : notnull
    {
        // Copied now, so that the caller can change its options before it enumerates. The type has no Clone; a test watches its properties.
        var firstStage = new VectorSearchOptions<TRecord>
        {
            Filter = options?.Filter,
            VectorProperty = options?.VectorProperty,
            IncludeVectors = options?.IncludeVectors ?? false,
            ScoreThreshold = options?.ScoreThreshold,
        };
        return (count, cancellationToken) => _inner.SearchAsync(searchValue, count, firstStage, cancellationToken);
    }
}

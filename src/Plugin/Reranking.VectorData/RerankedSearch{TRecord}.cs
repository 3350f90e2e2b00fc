using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>What vector and hybrid search share: a page of reranked results, and the services that <c>GetService</c> returns.</summary>
internal sealed class RerankedSearch<TRecord>
    where TRecord : class
{
    private readonly Reranker _reranker;
    private readonly Func<VectorSearchResult<TRecord>, string?> _textSelector;
    private readonly Func<object, string?>? _querySelector;
    private readonly RerankingOptions? _options;

    public RerankedSearch(Reranker reranker, Func<TRecord, string?> textSelector, RerankedSearchOptions? options)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(textSelector);
        _reranker = reranker;
        _textSelector = result => textSelector(result.Record);
        _querySelector = options?.QuerySelector;
        _options = options?.Reranking?.Clone();
    }

    /// <summary>Checks the arguments now, and searches when the results are enumerated.</summary>
    public IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync(
        object? searchValue,
        int skip,
        int top,
        Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage,
        CancellationToken cancellationToken)
    {
        RerankingPage page = GetPage(searchValue, skip, top);
        return EnumerateAsync(page, firstStage, cancellationToken);
    }

    public Task<RerankingResult<VectorSearchResult<TRecord>>> RankAsync(
        object? searchValue,
        int skip,
        int top,
        Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage,
        CancellationToken cancellationToken) =>
        RankAsync(GetPage(searchValue, skip, top), firstStage, cancellationToken);

    /// <summary>Returns a service of the inner search, but none that searches its records without reranking.</summary>
    public object? Guard(Type serviceType, object? service) => service switch
    {
        IKeywordHybridSearchable<TRecord> hybrid when serviceType == typeof(IKeywordHybridSearchable<TRecord>) =>
            new RerankedHybridSearch<TRecord>(hybrid, this),
        IVectorSearchable<TRecord> vector when serviceType == typeof(IVectorSearchable<TRecord>) => new RerankedVectorSearch<TRecord>(vector, this),
        IKeywordHybridSearchable<TRecord> or IVectorSearchable<TRecord> => null,
        _ => service,
    };

    private RerankingPage GetPage(object? searchValue, int skip, int top)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        return _reranker.GetPage(QueryText(searchValue), skip, top, _options);
    }

    private Task<RerankingResult<VectorSearchResult<TRecord>>> RankAsync(
        RerankingPage page, Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage, CancellationToken cancellationToken) =>
        page.RerankAsync(firstStage(page.FetchCount, cancellationToken), _textSelector, static result => result.Record, cancellationToken);

    private async IAsyncEnumerable<VectorSearchResult<TRecord>> EnumerateAsync(
        RerankingPage page,
        Func<int, CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RerankingResult<VectorSearchResult<TRecord>> result = await RankAsync(page, firstStage, cancellationToken).ConfigureAwait(false);
        foreach (RankedCandidate<VectorSearchResult<TRecord>> ranked in result.Ranking)
        {
            var reranked = new VectorSearchResult<TRecord>(ranked.Candidate.Record, ranked.Relevance?.Value);
            SearchProvenance.Attach(reranked, new SearchProvenance(ranked.Index, ranked.Candidate.Score, ranked.Relevance));
            yield return reranked;
        }
    }

    private string QueryText(object searchValue) => searchValue switch
    {
        string text => text,
        _ when _querySelector is not null => _querySelector(searchValue) ?? "",
        _ => throw new NotSupportedException(
            $"A search value of type {searchValue.GetType()} has no text to rerank by. "
            + $"Search with a string, or set {nameof(RerankedSearchOptions)}.{nameof(RerankedSearchOptions.QuerySelector)}."),
    };
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>What vector and hybrid search share: fetch wide, rerank, skip and take; and what <c>GetService</c> may hand out.</summary>
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

    /// <summary>Checks the arguments of a search, before anything is enumerated.</summary>
    public SearchPage Page(object? searchValue, int skip, int top)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        RerankingOptions options = _options?.Clone() ?? _reranker.DefaultOptions;   // the defaults may change with the configuration
        options.KeepLocalSubject = static candidate => (candidate as VectorSearchResult<TRecord>)?.Record;
        var page = new SearchPage(QueryText(searchValue), skip, top, options);
        options.TopN = page.End;   // so the ranking ends where the page does
        return page;
    }

    public Task<RerankingResult<VectorSearchResult<TRecord>>> RankAsync(
        SearchPage page, Func<CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage, CancellationToken cancellationToken) =>
        _reranker.RerankAsync(page.Query, firstStage(cancellationToken), _textSelector, page.Options, cancellationToken);

    public async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync(
        SearchPage page,
        Func<CancellationToken, IAsyncEnumerable<VectorSearchResult<TRecord>>> firstStage,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RerankingResult<VectorSearchResult<TRecord>> result = await RankAsync(page, firstStage, cancellationToken).ConfigureAwait(false);

        // What was not scored follows in first-stage order, blank texts included: put last of all, they would move from page to page as later pages fetch more.
        IEnumerable<RankedCandidate<VectorSearchResult<TRecord>>> ranking = result.Ranking.OrderBy(static ranked => ranked.Relevance is null ? ranked.Index : -1);
        foreach (RankedCandidate<VectorSearchResult<TRecord>> ranked in ranking.Skip(page.Skip))
        {
            var reranked = new VectorSearchResult<TRecord>(ranked.Candidate.Record, ranked.Relevance?.Value);
            SearchProvenance.Attach(reranked, new SearchProvenance(ranked.Index, ranked.Candidate.Score, ranked.Relevance));
            yield return reranked;
        }
    }

    /// <summary>Lets a service of the inner search out, unless records could be searched through it without reranking.</summary>
    public object? Guard(Type serviceType, object? service) => service switch
    {
        IKeywordHybridSearchable<TRecord> hybrid when serviceType == typeof(IKeywordHybridSearchable<TRecord>) => new RerankedHybridSearch<TRecord>(hybrid, this),
        IVectorSearchable<TRecord> vector when serviceType == typeof(IVectorSearchable<TRecord>) => new RerankedVectorSearch<TRecord>(vector, this),
        IKeywordHybridSearchable<TRecord> or IVectorSearchable<TRecord> => null,
        _ => service,
    };

    private string QueryText(object searchValue) => searchValue switch
    {
        string text => text,
        _ when _querySelector is not null => _querySelector(searchValue) ?? "",
        _ => throw new NotSupportedException(
            $"A search value of type {searchValue.GetType()} holds no text to rerank by. Search with a string, or set {nameof(RerankedSearchOptions)}.{nameof(RerankedSearchOptions.QuerySelector)}."),
    };
}

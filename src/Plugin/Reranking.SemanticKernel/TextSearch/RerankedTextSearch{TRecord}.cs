using System.Diagnostics.CodeAnalysis;
using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>A text search whose results are reranked: it fetches wide, orders by relevance, then skips and takes.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// The inner search is asked for <c>max(CandidateCount, Skip + Top)</c> results with nothing skipped. Filter and <c>IncludeTotalCount</c> are passed on. The total count
/// is the one of the inner search. <see cref="RerankingOptions.MinScore"/> holds before anything is skipped.
/// </para>
/// <para>
/// Everything is done when the task of a search ends: errors come out of the <c>await</c>, and the results may be enumerated as often as one likes without searching or
/// scoring again. The results have no room for a score, so <see cref="KernelSearchResults{T}.Metadata"/> holds it, under the keys of <see cref="RerankedTextSearchMetadata"/>.
/// </para>
/// <para>
/// It is the obsolete <c>ITextSearch</c> too, since much of Semantic Kernel takes nothing else. Where the inner search is of one kind only, filters of the other are refused.
/// </para>
/// <para>As thread-safe as the inner search, which it does not own. Texts go to the scorer of the reranker.</para>
/// </remarks>
[Experimental("SKEXP0001")]
public sealed partial class RerankedTextSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord> : ITextSearch<TRecord>
{
    private readonly ITextSearch<TRecord> _inner;
    private readonly PageReranker _reranker;
    private readonly Func<TRecord, string?>? _textSelector;

    /// <summary>Initializes a new instance of the <see cref="RerankedTextSearch{TRecord}"/> class.</summary>
    /// <param name="inner">The first stage.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="inner"/> or <paramref name="reranker"/> is <see langword="null"/>.</exception>
    public RerankedTextSearch(ITextSearch<TRecord> inner, Reranker reranker, RerankedTextSearchOptions<TRecord>? options = null)
        : this(inner, AsObsolete(inner), reranker, options)
    {
    }

    /// <summary>Gets how many results a function gives when its caller does not say.</summary>
    internal int DefaultCount => _reranker.Options.TopN;

    /// <summary>Searches for texts, and orders them by relevance to the query.</summary>
    /// <param name="query">What to search for.</param>
    /// <param name="searchOptions">The options of the search, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the search and the scoring.</param>
    /// <returns>The results: the scored ones by relevance, then the others in first-stage order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options say <c>Top</c> below 1 or <c>Skip</c> below 0.</exception>
    /// <exception cref="NotSupportedException">The options hold a filter that the inner search does not know the kind of.</exception>
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default) =>
        RerankAsync(query, searchOptions, _inner.SearchAsync, static text => text, cancellationToken);

    /// <summary>Searches for texts with a name and a link, and orders them by relevance of the text to the query.</summary>
    /// <inheritdoc cref="SearchAsync"/>
    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default) =>
        RerankAsync(query, searchOptions, _inner.GetTextSearchResultsAsync, static result => result.Value, cancellationToken);

    /// <summary>Searches for records, and orders them by relevance to the query.</summary>
    /// <exception cref="InvalidOperationException">Nothing says where the text of a record is.</exception>
    /// <inheritdoc cref="SearchAsync"/>
    public Task<KernelSearchResults<TRecord>> GetSearchResultsAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default)
    {
        // Known before anything is searched, unless the records may be of any type.
        if (_textSelector is null && typeof(TRecord) != typeof(object))
        {
            throw NoText(typeof(TRecord));
        }

        return RerankAsync(query, searchOptions, _inner.GetSearchResultsAsync, record => TextOf(record), cancellationToken);
    }

    private static InvalidOperationException NoText(Type type) => new(
        $"Records of type {type} can't be reranked, because nothing says where their text is. Set {nameof(RerankedTextSearchOptions<>)}.{nameof(RerankedTextSearchOptions<>.TextSelector)}, "
        + "or mark a string property of the type with [TextSearchResultValue].");

    private static ResultPage Page(int skip, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        return new ResultPage(skip, top);
    }

    private string? TextOf(object? record) => record switch
    {
        TRecord known when _textSelector is not null => _textSelector(known),
        null => null,
        string text => text,
        TextSearchResult result => result.Value,
        _ => throw NoText(record.GetType()),
    };

    private async Task<KernelSearchResults<T>> RerankAsync<T>(
        string query,
        TextSearchOptions<TRecord>? searchOptions,
        Func<string, TextSearchOptions<TRecord>?, CancellationToken, Task<KernelSearchResults<T>>> search,
        Func<T, string?> textSelector,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        searchOptions ??= new();
        ResultPage page = Page(searchOptions.Skip, searchOptions.Top);

        // The type has no Clone; a test watches its properties.
        var wide = new TextSearchOptions<TRecord>
        {
            Top = _reranker.FetchCount(query, page),
            Filter = searchOptions.Filter,
            IncludeTotalCount = searchOptions.IncludeTotalCount,
        };
        return await RerankAsync(query, await search(query, wide, cancellationToken).ConfigureAwait(false), textSelector, page, cancellationToken).ConfigureAwait(false);
    }

    private async Task<KernelSearchResults<T>> RerankAsync<T>(
        string query, KernelSearchResults<T> found, Func<T, string?> textSelector, ResultPage page, CancellationToken cancellationToken)
    {
        RankedPage<T> ranked = await _reranker.RerankAsync(query, found.Results, textSelector, page, cancellationToken).ConfigureAwait(false);
        return ranked.ToSearchResults(found);
    }
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>A text search whose results are reranked: it fetches wide, orders by relevance, then skips and takes.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>
/// <para>
/// The inner search is asked for <c>max(CandidateCount, Skip + Top)</c> results with nothing skipped. Filter and <c>IncludeTotalCount</c> are passed on. The
/// total count is the one of the inner search. <see cref="RerankingOptions.MinScore"/> applies before anything is skipped.
/// </para>
/// <para>
/// Everything is done when the task of a search ends: errors come out of the <c>await</c>, and the results can be enumerated any number of times without
/// searching or scoring again. The results have no room for a score: <see cref="RerankedTextSearchExtensions.GetReranking{T}(KernelSearchResults{T})"/> returns
/// it.
/// </para>
/// <para>
/// It is the obsolete <c>ITextSearch</c> too, since much of Semantic Kernel takes nothing else. If the inner search is of one kind only, filters of the other
/// are refused.
/// </para>
/// <para>As thread-safe as the inner search, which it does not own. Texts go to the scorer of the reranker.</para>
/// </remarks>
[Experimental("SKEXP0001")]
public sealed partial class RerankedTextSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord> : ITextSearch<TRecord>
{
    private readonly ITextSearch<TRecord> _inner;
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;
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

    /// <summary>Gets how many results a function returns if its caller does not say.</summary>
    internal int DefaultCount => (_options ?? _reranker.DefaultOptions).TopN;

    /// <summary>Searches for texts, and orders them by relevance to the query.</summary>
    /// <param name="query">What to search for.</param>
    /// <param name="searchOptions">The options of the search, or <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the search and the scoring.</param>
    /// <returns>The results: the scored ones by relevance, then the others in first-stage order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><c>Top</c> of the options is below 1, or <c>Skip</c> is below 0.</exception>
    /// <exception cref="NotSupportedException">The options have a filter of a kind that the inner search does not support.</exception>
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default) =>
        RerankAsync(query, searchOptions, _inner.SearchAsync, static text => text, cancellationToken);

    /// <summary>Searches for texts with a name and a link, and orders them by relevance of the text to the query.</summary>
    /// <inheritdoc cref="SearchAsync"/>
    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default) =>
        RerankAsync(query, searchOptions, _inner.GetTextSearchResultsAsync, static result => result.Value, cancellationToken);

    /// <summary>Searches for records, and orders them by relevance to the query.</summary>
    /// <exception cref="InvalidOperationException">It is not known where the text of a record is.</exception>
    /// <inheritdoc cref="SearchAsync"/>
    public Task<KernelSearchResults<TRecord>> GetSearchResultsAsync(
        string query, TextSearchOptions<TRecord>? searchOptions = null, CancellationToken cancellationToken = default)
    {
        // Known before anything is searched, unless the records can be of any type.
        if (_textSelector is null && typeof(TRecord) != typeof(object))
        {
            throw NoText(typeof(TRecord));
        }

        return RerankAsync(query, searchOptions, _inner.GetSearchResultsAsync, record => TextOf(record), cancellationToken);
    }

    private static InvalidOperationException NoText(Type type) => new(
        $"Records of type {type} can't be reranked, because nothing says where their text is. "
        + $"Set {nameof(RerankedTextSearchOptions<>)}.{nameof(RerankedTextSearchOptions<>.TextSelector)}, "
        + "or mark a string property of the type with [TextSearchResultValue].");

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
        RerankingPage page = _reranker.GetPage(query, searchOptions.Skip, searchOptions.Top, _options);

        // The type has no Clone; a test watches its properties.
        var wide = new TextSearchOptions<TRecord>
        {
            Top = page.FetchCount,
            Filter = searchOptions.Filter,
            IncludeTotalCount = searchOptions.IncludeTotalCount,
        };
        KernelSearchResults<T> found = await search(query, wide, cancellationToken).ConfigureAwait(false);
        return RerankedSearchResults.Create(
            found, await page.RerankAsync(found.Results, textSelector, cancellationToken: cancellationToken).ConfigureAwait(false));
    }
}

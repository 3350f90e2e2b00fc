using Microsoft.SemanticKernel.Data;
using Reranking.SemanticKernel.TextSearch;

namespace Reranking;

#pragma warning disable CS0618 // Obsolete, and yet the only kind that Semantic Kernel's plugins and context providers take.

// The counterpart for callers of the obsolete interface, implemented explicitly so that only they see it.
public sealed partial class RerankedTextSearch<TRecord> : ITextSearch
{
    private readonly ITextSearch _obsolete;

    private RerankedTextSearch(ITextSearch<TRecord> inner, ITextSearch obsolete, Reranker reranker, RerankedTextSearchOptions<TRecord>? options)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        _inner = inner;
        _obsolete = obsolete;
        _reranker = reranker;
        _options = options?.Reranking?.Clone();
        _textSelector = options?.TextSelector ?? RecordText<TRecord>.Selector;
    }

    internal static RerankedTextSearch<object> OfObsolete(ITextSearch search, Reranker reranker, RerankedTextSearchOptions<object>? options)
    {
        ArgumentNullException.ThrowIfNull(search);
        return new RerankedTextSearch<object>(search as ITextSearch<object> ?? new UntypedTextSearch(search), search, reranker, options);
    }

    private static ITextSearch AsObsolete(ITextSearch<TRecord> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return inner as ITextSearch ?? new ObsoleteTextSearch<TRecord>(inner);
    }

    Task<KernelSearchResults<string>> ITextSearch.SearchAsync(string query, TextSearchOptions? searchOptions, CancellationToken cancellationToken) =>
        RerankAsync(query, searchOptions, _obsolete.SearchAsync, static text => text, cancellationToken);

    Task<KernelSearchResults<TextSearchResult>> ITextSearch.GetTextSearchResultsAsync(
        string query, TextSearchOptions? searchOptions, CancellationToken cancellationToken) =>
        RerankAsync(query, searchOptions, _obsolete.GetTextSearchResultsAsync, static result => result.Value, cancellationToken);

    Task<KernelSearchResults<object>> ITextSearch.GetSearchResultsAsync(string query, TextSearchOptions? searchOptions, CancellationToken cancellationToken) =>
        RerankAsync(query, searchOptions, _obsolete.GetSearchResultsAsync, TextOf, cancellationToken);

    private async Task<KernelSearchResults<T>> RerankAsync<T>(
        string query,
        TextSearchOptions? searchOptions,
        Func<string, TextSearchOptions?, CancellationToken, Task<KernelSearchResults<T>>> search,
        Func<T, string?> textSelector,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        searchOptions ??= new();
        RerankingPage page = _reranker.GetPage(query, searchOptions.Skip, searchOptions.Top, _options);
        var wide = new TextSearchOptions
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

#pragma warning restore CS0618

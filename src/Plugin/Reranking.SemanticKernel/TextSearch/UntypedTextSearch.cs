using System.Diagnostics.CodeAnalysis;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.TextSearch;

#pragma warning disable CS0618 // This is the bridge from the obsolete interface.

/// <summary>Adapts a search of the obsolete kind to the current interface, with records of any type. Filters can't be translated.</summary>
[Experimental("SKEXP0001")]
internal sealed class UntypedTextSearch(ITextSearch search) : ITextSearch<object>
{
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<object>? searchOptions = null, CancellationToken cancellationToken = default) =>
        search.SearchAsync(query, Translate(searchOptions), cancellationToken);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<object>? searchOptions = null, CancellationToken cancellationToken = default) =>
        search.GetTextSearchResultsAsync(query, Translate(searchOptions), cancellationToken);

    public Task<KernelSearchResults<object>> GetSearchResultsAsync(
        string query, TextSearchOptions<object>? searchOptions = null, CancellationToken cancellationToken = default) =>
        search.GetSearchResultsAsync(query, Translate(searchOptions), cancellationToken);

    private TextSearchOptions? Translate(TextSearchOptions<object>? options) =>
        options is null ? null
        : options.Filter is null ? new() { Top = options.Top, Skip = options.Skip, IncludeTotalCount = options.IncludeTotalCount }
        : throw new NotSupportedException(
            $"{search.GetType()} does not take a filter expression, since it is only an {nameof(ITextSearch)}. "
            + $"Search through {nameof(ITextSearch)} with a {nameof(TextSearchFilter)}.");
}

#pragma warning restore CS0618

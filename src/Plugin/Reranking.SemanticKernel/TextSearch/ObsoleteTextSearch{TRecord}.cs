using System.Diagnostics.CodeAnalysis;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.TextSearch;

#pragma warning disable CS0618 // This is the bridge to the obsolete interface.

/// <summary>Adapts a search of the current kind to the obsolete interface. Filters can't be translated.</summary>
[Experimental("SKEXP0001")]
internal sealed class ObsoleteTextSearch<TRecord>(ITextSearch<TRecord> search) : ITextSearch
{
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        search.SearchAsync(query, Translate(searchOptions), cancellationToken);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        search.GetTextSearchResultsAsync(query, Translate(searchOptions), cancellationToken);

    public async Task<KernelSearchResults<object>> GetSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default)
    {
        KernelSearchResults<TRecord> found = await search.GetSearchResultsAsync(query, Translate(searchOptions), cancellationToken).ConfigureAwait(false);
        return new KernelSearchResults<object>(found.Results.Select(static record => (object)record!), found.TotalCount, found.Metadata);
    }

    private TextSearchOptions<TRecord>? Translate(TextSearchOptions? options) =>
        options is null ? null
        : options.Filter is null ? new() { Top = options.Top, Skip = options.Skip, IncludeTotalCount = options.IncludeTotalCount }
        : throw new NotSupportedException(
            $"{search.GetType()} does not take a {nameof(TextSearchFilter)}, since it is not an {nameof(ITextSearch)}. "
            + $"Search through {nameof(ITextSearch)}<{typeof(TRecord).Name}> with a filter expression.");
}

#pragma warning restore CS0618

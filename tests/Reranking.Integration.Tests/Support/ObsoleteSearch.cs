using Microsoft.SemanticKernel.Data;

namespace Reranking.Integration.Tests;

/// <summary>Finds all records, as a text search of the obsolete kind and no other.</summary>
internal sealed class ObsoleteSearch(Seams.Record[] records) : ITextSearch
{
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<string>(records.Select(static record => record.Text).ToAsyncEnumerable()));

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<TextSearchResult>(records.Select(static record => new TextSearchResult(record.Text)).ToAsyncEnumerable()));

    public Task<KernelSearchResults<object>> GetSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<object>(records.ToAsyncEnumerable<object>()));
}

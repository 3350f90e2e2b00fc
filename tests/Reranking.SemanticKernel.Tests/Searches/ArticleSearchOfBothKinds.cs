using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>A search of both kinds, as Semantic Kernel's own are.</summary>
public sealed class ArticleSearchOfBothKinds(ArticleSearch search) : ObsoleteArticleSearch(search), ITextSearch<Article>
{
    private readonly ArticleSearch _search = search;

    Task<KernelSearchResults<string>> ITextSearch<Article>.SearchAsync(
        string query, TextSearchOptions<Article>? searchOptions, CancellationToken cancellationToken) =>
        _search.SearchAsync(query, searchOptions, cancellationToken);

    Task<KernelSearchResults<TextSearchResult>> ITextSearch<Article>.GetTextSearchResultsAsync(
        string query,
        TextSearchOptions<Article>? searchOptions,
        CancellationToken cancellationToken) => _search.GetTextSearchResultsAsync(query, searchOptions, cancellationToken);

    Task<KernelSearchResults<Article>> ITextSearch<Article>.GetSearchResultsAsync(
        string query,
        TextSearchOptions<Article>? searchOptions,
        CancellationToken cancellationToken) => _search.GetSearchResultsAsync(query, searchOptions, cancellationToken);
}

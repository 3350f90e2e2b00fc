using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>The same search as one of the obsolete kind.</summary>
public class ObsoleteArticleSearch(ArticleSearch search) : ITextSearch
{
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => article.Text!, cancellationToken);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, ArticleSearch.ToResult, cancellationToken);

    public Task<KernelSearchResults<object>> GetSearchResultsAsync(
        string query, TextSearchOptions? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => (object)article, cancellationToken);

    private Task<KernelSearchResults<T>> FindAsync<T>(string query, TextSearchOptions? options, Func<Article, T> select, CancellationToken cancellationToken)
    {
        options ??= new();
        var call = new SearchCall(query, options.Top, options.Skip, options.IncludeTotalCount, options.Filter);
        string[] products = [.. options.Filter?.FilterClauses.OfType<EqualToFilterClause>().Select(static clause => (string)clause.Value) ?? []];
        return Task.FromResult(search.Find(call, article => products.All(product => article.Product == product), select, cancellationToken));
    }
}

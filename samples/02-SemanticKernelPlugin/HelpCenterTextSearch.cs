using Microsoft.SemanticKernel.Data;

namespace Samples;

/// <summary>The help center as a text search of Semantic Kernel.</summary>
internal sealed class HelpCenterTextSearch : ITextSearch<Article>
{
    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => article.Text);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => new TextSearchResult(article.Text) { Name = article.Title });

    public Task<KernelSearchResults<Article>> GetSearchResultsAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => article);

    private static Task<KernelSearchResults<T>> FindAsync<T>(string query, TextSearchOptions<Article>? options, Func<Article, T> select)
    {
        options ??= new TextSearchOptions<Article>();
        IEnumerable<Article> found = HelpCenter.Search(query, options.Skip + options.Top).Skip(options.Skip);
        return Task.FromResult(new KernelSearchResults<T>(found.Select(select).ToAsyncEnumerable()));
    }
}

using System.Runtime.CompilerServices;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>
/// A text search of the current kind over articles in a fixed order. As Semantic Kernel's own, it searches when its results are enumerated, each time.
/// </summary>
public sealed class ArticleSearch(params IEnumerable<Article> articles) : ITextSearch<Article>
{
    private readonly Article[] _articles = [.. articles];

    public List<SearchCall> Calls { get; } = [];

    public Exception? Failure { get; set; }

    /// <summary>Makes searches wait for their token, not for ever; set once one does.</summary>
    public TaskCompletionSource? Waiting { get; set; }

    public static TextSearchResult ToResult(Article article) => new(article.Text!) { Name = article.Title, Link = $"https://help.example/{article.Title}" };

    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => article.Text!, cancellationToken);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, ToResult, cancellationToken);

    public Task<KernelSearchResults<Article>> GetSearchResultsAsync(
        string query, TextSearchOptions<Article>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, static article => article, cancellationToken);

    /// <summary>Searches, whatever the kind of the filter.</summary>
    public KernelSearchResults<T> Find<T>(SearchCall call, Func<Article, bool> filter, Func<Article, T> select, CancellationToken cancellationToken) =>
        new(
            EnumerateAsync(call, filter, select, cancellationToken),
            call.IncludeTotalCount ? _articles.Length : null,
            new Dictionary<string, object?> { ["source"] = "articles" });

    private Task<KernelSearchResults<T>> FindAsync<T>(
        string query, TextSearchOptions<Article>? options, Func<Article, T> select, CancellationToken cancellationToken)
    {
        options ??= new();
        var call = new SearchCall(query, options.Top, options.Skip, options.IncludeTotalCount, options.Filter);
        return Task.FromResult(Find(call, options.Filter?.Compile() ?? (static _ => true), select, cancellationToken));
    }

    private async IAsyncEnumerable<T> EnumerateAsync<T>(
        SearchCall call, Func<Article, bool> filter, Func<Article, T> select, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Calls.Add(call);
        if (Waiting is not null)
        {
            Waiting.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        }

        foreach (Article article in _articles.Where(filter).Skip(call.Skip).Take(call.Top))
        {
            await Task.Yield();
            yield return select(article);
        }

        if (Failure is not null)
        {
            throw Failure;
        }
    }
}

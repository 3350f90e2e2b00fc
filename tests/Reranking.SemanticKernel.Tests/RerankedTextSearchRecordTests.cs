using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

/// <summary>Where the texts of records come from, and searches of one kind only.</summary>
public sealed class RerankedTextSearchRecordTests
{
    private const string Query = "reset the password";

    private static readonly Article[] Articles = [new("reset the password", "invoices"), new("Billing", "reset the password"), new("Null", null)];

    private readonly ArticleSearch _inner = new(Articles);
    private readonly WordOverlapScorer _scorer = new();

    private Reranker Reranker => new(_scorer);

    [Fact]
    public async Task GetSearchResults_TextSelector_GoesBeforeTheAttribute()
    {
        RerankedTextSearch<Article> search =
            _inner.WithReranking(Reranker, new RerankedTextSearchOptions<Article> { TextSelector = static article => article.Title });

        Assert.Equal([Articles[0], Articles[1], Articles[2]], await RecordsAsync(search));
        Assert.Equal(["reset the password", "Billing", "Null"], Assert.Single(_scorer.Calls).Documents);
    }

    [Fact]
    public async Task GetSearchResults_MarkedProperty_IsTheTextAndMayBeNull()
    {
        Assert.Equal([Articles[1], Articles[0], Articles[2]], await RecordsAsync(_inner.WithReranking(Reranker)));
        Assert.Equal(["invoices", "reset the password"], Assert.Single(_scorer.Calls).Documents);
    }

    [Fact]
    public async Task GetSearchResults_Strings_NeedNoSelector()
    {
        var search = new RecordSearch<string>("invoices", Query);

        Assert.Equal([Query, "invoices"], await RecordsAsync(search.WithReranking(Reranker)));
    }

    [Fact]
    public async Task GetSearchResults_TextSearchResults_NeedNoSelector()
    {
        TextSearchResult[] records = [new("invoices"), new(Query)];

        Assert.Equal([records[1], records[0]], await RecordsAsync(new RecordSearch<TextSearchResult>(records).WithReranking(Reranker)));
    }

    [Fact]
    public async Task GetSearchResults_NothingSaysWhereTheTextIs_ThrowsBeforeSearching()
    {
        var search = new RecordSearch<Version>(new Version(1, 0));
        InvalidOperationException thrown =
            await Assert.ThrowsAsync<InvalidOperationException>(() => search.WithReranking(Reranker).GetSearchResultsAsync(Query));

        Assert.Equal(
            "Records of type System.Version can't be reranked, because nothing says where their text is. Set RerankedTextSearchOptions.TextSelector, "
            + "or mark a string property of the type with [TextSearchResultValue].",
            thrown.Message);
        Assert.Equal(0, search.CallCount);
        Assert.Equal(["1.0"], await TextsAsync(await search.WithReranking(Reranker).SearchAsync(Query)));
    }

    [Fact]
    public async Task GetSearchResults_MarkedPropertyIsNoString_IsNoText() =>
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => new RecordSearch<Numbered>(new Numbered(1)).WithReranking(Reranker).GetSearchResultsAsync(Query));

    [Fact]
    public async Task Search_CurrentKindAlone_IsAnObsoleteOneToo()
    {
        ITextSearch search = _inner.WithReranking(Reranker);
        var options = new TextSearchOptions { Top = 1, Skip = 1, IncludeTotalCount = true };

        Assert.Equal(["invoices"], await TextsAsync(await search.SearchAsync(Query, options)));
        Assert.Equal(
            ["invoices"],
            (await (await search.GetTextSearchResultsAsync(Query, options)).Results.ToArrayAsync()).Select(static result => result.Value));
        Assert.Equal([Articles[0]], await (await search.GetSearchResultsAsync(Query, options)).Results.ToArrayAsync());
        Assert.Equal(3, (await search.GetSearchResultsAsync(Query, options)).TotalCount);
        Assert.Equal(new SearchCall(Query, 50, 0, true, null), _inner.Calls[0]);
    }

    [Fact]
    public async Task Search_CurrentKindAloneWithObsoleteFilter_Throws()
    {
        ITextSearch search = _inner.WithReranking(Reranker);
        var options = new TextSearchOptions { Filter = new TextSearchFilter().Equality("Product", "web") };
        NotSupportedException thrown = await Assert.ThrowsAsync<NotSupportedException>(() => search.SearchAsync(Query, options));

        Assert.Equal(
            "Reranking.SemanticKernel.Tests.ArticleSearch does not take a TextSearchFilter, since it is not an ITextSearch. "
            + "Search through ITextSearch<Article> with a filter expression.",
            thrown.Message);
        await Assert.ThrowsAsync<NotSupportedException>(() => search.GetTextSearchResultsAsync(Query, options));
        await Assert.ThrowsAsync<NotSupportedException>(() => search.GetSearchResultsAsync(Query, options));
    }

    [Fact]
    public async Task Search_ObsoleteKindAlone_IsACurrentOneToo()
    {
        RerankedTextSearch<object> search = new ObsoleteArticleSearch(_inner)
            .WithReranking(Reranker, new RerankedTextSearchOptions<object> { TextSelector = static record => ((Article)record).Text });
        var options = new TextSearchOptions<object> { Top = 1, Skip = 1, IncludeTotalCount = true };

        Assert.Equal(["invoices"], await TextsAsync(await search.SearchAsync(Query, options)));
        Assert.Equal(
            ["invoices"],
            (await (await search.GetTextSearchResultsAsync(Query, options)).Results.ToArrayAsync()).Select(static result => result.Value));
        Assert.Equal([Articles[0]], await (await search.GetSearchResultsAsync(Query, options)).Results.ToArrayAsync());
        Assert.Equal([Articles[1], Articles[0], Articles[2]], await (await search.GetSearchResultsAsync(Query)).Results.ToArrayAsync());
        Assert.Equal(new SearchCall(Query, 50, 0, true, null), _inner.Calls[0]);
    }

    [Fact]
    public async Task Search_ObsoleteKindAloneThroughObsoleteInterface_TakesItsFilter()
    {
        ITextSearch search = new ObsoleteArticleSearch(_inner).WithReranking(Reranker);
        var options = new TextSearchOptions { Filter = new TextSearchFilter().Equality("Product", "none") };

        Assert.Empty(await TextsAsync(await search.SearchAsync(Query, options)));
        Assert.Same(options.Filter, _inner.Calls[0].Filter);
    }

    [Fact]
    public async Task Search_ObsoleteKindAloneWithFilterExpression_Throws()
    {
        RerankedTextSearch<object> search = new ObsoleteArticleSearch(_inner).WithReranking(Reranker);
        NotSupportedException thrown = await Assert.ThrowsAsync<NotSupportedException>(
            () => search.SearchAsync(Query, new TextSearchOptions<object> { Filter = static record => record is Article }));

        Assert.Equal(
            "Reranking.SemanticKernel.Tests.ObsoleteArticleSearch does not take a filter expression, since it is only an ITextSearch. "
            + "Search through ITextSearch with a TextSearchFilter.",
            thrown.Message);
    }

    [Fact]
    public async Task GetSearchResults_ObsoleteKindAloneWithoutSelector_ThrowsAtTheFirstRecord()
    {
        RerankedTextSearch<object> search = new ObsoleteArticleSearch(_inner).WithReranking(Reranker);
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => search.GetSearchResultsAsync(Query));

        Assert.StartsWith("Records of type Reranking.SemanticKernel.Tests.Article can't be reranked", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetSearchResults_ObjectsThatAreTexts_NeedNoSelector()
    {
        var result = new TextSearchResult("reset the thing");
        var search = new RecordSearch<object?>("invoices", null, result, Query);

        Assert.Equal([Query, result, "invoices", null], await RecordsAsync(search.WithReranking(Reranker)));
    }

    [Fact]
    public async Task WithReranking_SearchOfBothKinds_IsTheCurrentOneAndCanBeDecoratedAgain()
    {
        RerankedTextSearch<Article> search = new ArticleSearchOfBothKinds(_inner).WithReranking(Reranker);
        RerankedTextSearch<Article> twice = search.WithReranking(Reranker);

        Assert.Equal([Articles[1], Articles[0], Articles[2]], await RecordsAsync(twice));
    }

    [Fact]
    public void WithReranking_NullArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>("inner", () => ((ITextSearch<Article>)null!).WithReranking(Reranker));
        Assert.Throws<ArgumentNullException>("search", () => ((ITextSearch)null!).WithReranking(Reranker));
        Assert.Throws<ArgumentNullException>("reranker", () => _inner.WithReranking(null!));
        Assert.Throws<ArgumentNullException>("reranker", () => new ObsoleteArticleSearch(_inner).WithReranking(null!));
    }

    private static ValueTask<string[]> TextsAsync(KernelSearchResults<string> results) => results.Results.ToArrayAsync();

    private static async Task<T[]> RecordsAsync<T>(RerankedTextSearch<T> search) => await (await search.GetSearchResultsAsync(Query)).Results.ToArrayAsync();

    private sealed record Numbered([property: TextSearchResultValue] int Number);

    private sealed class RecordSearch<T>(params T[] records) : ITextSearch<T>
    {
        public int CallCount { get; private set; }

        public Task<KernelSearchResults<string>> SearchAsync(
            string query, TextSearchOptions<T>? searchOptions = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new KernelSearchResults<string>(records.Select(static record => $"{record}").ToAsyncEnumerable()));

        public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
            string query, TextSearchOptions<T>? searchOptions = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<KernelSearchResults<T>> GetSearchResultsAsync(
            string query, TextSearchOptions<T>? searchOptions = null, CancellationToken cancellationToken = default)
        {
            CallCount++;
            return Task.FromResult(new KernelSearchResults<T>(records.ToAsyncEnumerable()));
        }
    }
}

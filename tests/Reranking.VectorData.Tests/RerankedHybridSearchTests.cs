using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedHybridSearchTests : RerankedSearchTests
{
    [Fact]
    public async Task HybridSearchAsync_OptionsAndKeywords_AreForwardedButForSkip()
    {
        Expression<Func<Passage, bool>> filter = static passage => passage.Id != "all";
        Expression<Func<Passage, object?>> property = static passage => passage.TitleVector;
        Expression<Func<Passage, object?>> additional = static passage => passage.Text;
        string[] keywords = ["password"];
        var options = new HybridSearchOptions<Passage>
        {
            Filter = filter,
            VectorProperty = property,
            AdditionalProperty = additional,
            IncludeVectors = true,
            ScoreThreshold = 0.4,
            Skip = 1,
        };
        VectorSearchResult<Passage>[] results = await Search().HybridSearchAsync("reset the password", keywords, 10, options).ToArrayAsync();

        StoreCall call = Assert.Single(Store.Calls);
        Assert.Equal((50, 0, true, 0.4), (call.Top, call.Skip, call.IncludeVectors, call.ScoreThreshold!.Value));
        Assert.Same(keywords, call.Keywords);
        Assert.Same(filter, call.Filter);
        Assert.Same(property, call.VectorProperty);
        Assert.Same(additional, call.AdditionalProperty);
        Assert.NotEmpty(results);
        Assert.All(
            results,
            static result => Assert.True(result.Record.Id != "all" && result.Record.TextVector is not null && result.GetProvenance()!.FirstStageScore >= 0.4));
        Assert.Equal(1, options.Skip);
    }

    [Fact]
    public async Task HybridSearchAsync_OptionsChangedBeforeEnumeration_KeepsTheOldOnes()
    {
        var options = new HybridSearchOptions<Passage> { ScoreThreshold = 0.4, Skip = 1 };
        IAsyncEnumerable<VectorSearchResult<Passage>> search = Search().HybridSearchAsync("reset the password", [], 60, options);
        options.ScoreThreshold = 0.9;
        options.Skip = 0;
        await search.ToArrayAsync();

        Assert.Equal((61, 0.4), (Store.Calls[0].Top, Store.Calls[0].ScoreThreshold!.Value));
    }

    [Fact]
    public async Task HybridSearchAsync_NoOptions_IsADefaultSearch()
    {
        string[] keywords = ["password"];
        await Search().HybridSearchAsync("reset the password", keywords, 3).ToArrayAsync();
        await Search().HybridSearchRankingAsync("reset the password", keywords, 60);

        var expected = new StoreCall("reset the password", 50, 0, keywords, null, null, null, false, null);
        Assert.Equal([expected, expected with { Top = 60 }], Store.Calls);
    }

    [Fact]
    public async Task HybridSearchAsync_NullKeywords_ThrowsBeforeEnumeration()
    {
        Assert.Throws<ArgumentNullException>("keywords", () => { Search().HybridSearchAsync("query", null!, top: 1); });
        await Assert.ThrowsAsync<ArgumentNullException>("keywords", () => Search().HybridSearchRankingAsync("query", null!, top: 1));
    }

    /// <summary>A new property must be copied by hand: the options have no Clone.</summary>
    [Fact]
    public void HybridSearchOptions_Properties_AreThoseThatAreForwarded() =>
        Assert.Equal(
            ["AdditionalProperty", "Filter", "IncludeVectors", "ScoreThreshold", "Skip", "VectorProperty"],
            typeof(HybridSearchOptions<Passage>).GetProperties().Select(static property => property.Name).Order());

    [Fact]
    public async Task GetService_VectorSearch_IsRerankedInTheSameWay()
    {
        var options = new RerankedSearchOptions { Reranking = new() { CandidateCount = 5 } };
        object? service = ((IKeywordHybridSearchable<Passage>)Store)
            .WithReranking(NewReranker(), static passage => passage.Text, options).GetService(typeof(IVectorSearchable<Passage>));

        RerankedVectorSearch<Passage> vector = Assert.IsType<RerankedVectorSearch<Passage>>(service);
        VectorSearchResult<Passage>[] results = await vector.SearchAsync("reset the password", top: 1).ToArrayAsync();
        Assert.Equal(["all"], Ids(results));
        Assert.Equal(5, Assert.Single(Store.Calls).Top);
    }

    [Theory]
    [InlineData(typeof(PassageStore))]
    [InlineData(typeof(VectorStoreCollection<string, Passage>))]
    [InlineData(typeof(IDisposable))]
    [InlineData(typeof(object), "primary")]
    public void GetService_TypeOfTheUndecoratedCollection_IsNull(Type type, object? key = null) => Assert.Null(Search().GetService(type, key));

    [Fact]
    public void GetService_HybridOnlySearchByKey_IsNull() =>
        Assert.Null(
            new RerankedHybridSearch<Passage>(new HybridOnly(Store), NewReranker(), static passage => passage.Text).GetService(typeof(object), "primary"));

    [Fact]
    public void GetService_VectorSearchOfAStoreWithoutOne_IsNull() =>
        Assert.Null(
            new RerankedHybridSearch<Passage>(new HybridOnly(Store), NewReranker(), static passage => passage.Text)
                .GetService(typeof(IVectorSearchable<Passage>)));

    [Fact]
    public void GetService_HybridSearchByKey_IsReranked() =>
        Assert.IsType<RerankedHybridSearch<Passage>>(Search().GetService(typeof(IKeywordHybridSearchable<Passage>), "primary"));

    [Theory]
    [InlineData(typeof(IKeywordHybridSearchable<Passage>))]
    [InlineData(typeof(RerankedHybridSearch<Passage>))]
    [InlineData(typeof(object))]
    public void GetService_OwnType_IsTheDecorator(Type type)
    {
        RerankedHybridSearch<Passage> search = Search();
        Assert.Same(search, search.GetService(type));
    }

    [Fact]
    public void GetService_OwnTypeByUnknownKey_IsNull() => Assert.Null(Search().GetService(typeof(RerankedHybridSearch<Passage>), "unknown"));

    [Fact]
    public void GetService_Metadata_IsThatOfTheStore()
    {
        Assert.Equal("passages", Assert.IsType<VectorStoreCollectionMetadata>(Search().GetService(typeof(VectorStoreCollectionMetadata))).CollectionName);
        Assert.NotNull(Search().GetService(typeof(VectorStoreCollectionMetadata), "primary"));
        Assert.Null(Search().GetService(typeof(VectorStoreCollectionMetadata), "unknown"));
    }

    [Fact]
    public void GetService_NullType_Throws() => Assert.Throws<ArgumentNullException>("serviceType", () => Search().GetService(null!));

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>("inner", () => new RerankedHybridSearch<Passage>(null!, NewReranker(), static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("reranker", () => new RerankedHybridSearch<Passage>(Store, null!, static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("textSelector", () => new RerankedHybridSearch<Passage>(Store, NewReranker(), null!));
    }

    protected override IAsyncEnumerable<VectorSearchResult<Passage>> FirstStageAsync(PassageStore store, string query) =>
        store.HybridSearchAsync(query, ["drops"], 100);

    protected override IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default) =>
        ((IKeywordHybridSearchable<Passage>)store).WithReranking(reranker, static passage => passage.Text, options)
            .HybridSearchAsync(searchValue, ["drops"], top, new() { Skip = skip }, cancellationToken);

    protected override Task<RerankingResult<VectorSearchResult<Passage>>> SearchRankingAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default) =>
        ((IKeywordHybridSearchable<Passage>)store).WithReranking(reranker, static passage => passage.Text, options)
            .HybridSearchRankingAsync(searchValue, ["drops"], top, new() { Skip = skip }, cancellationToken);

    private RerankedHybridSearch<Passage> Search() =>
        ((IKeywordHybridSearchable<Passage>)Store).WithReranking(NewReranker(), static passage => passage.Text);

    private sealed class HybridOnly(PassageStore inner) : IKeywordHybridSearchable<Passage>
    {
        public IAsyncEnumerable<VectorSearchResult<Passage>> HybridSearchAsync<TInput>(
            TInput searchValue,
            ICollection<string> keywords,
            int top,
            HybridSearchOptions<Passage>? options = null,
            CancellationToken cancellationToken = default)
            where TInput : notnull =>
            inner.HybridSearchAsync(searchValue, keywords, top, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;
    }
}

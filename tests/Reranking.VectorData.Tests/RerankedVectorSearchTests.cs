using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedVectorSearchTests : RerankedSearchTests
{
    [Fact]
    public async Task SearchAsync_Options_AreForwardedButForSkip()
    {
        Expression<Func<Passage, bool>> filter = static passage => passage.Id != "all";
        Expression<Func<Passage, object?>> property = static passage => passage.TitleVector;
        var options = new VectorSearchOptions<Passage> { Filter = filter, VectorProperty = property, IncludeVectors = true, ScoreThreshold = 0.4, Skip = 1 };
        VectorSearchResult<Passage>[] results = await Search().SearchAsync("reset the password", 10, options).ToArrayAsync();

        StoreCall call = Assert.Single(Store.Calls);
        Assert.Equal((50, 0, true, 0.4), (call.Top, call.Skip, call.IncludeVectors, call.ScoreThreshold!.Value));
        Assert.Same(filter, call.Filter);
        Assert.Same(property, call.VectorProperty);
        Assert.NotEmpty(results);
        Assert.All(
            results,
            static result => Assert.True(result.Record.Id != "all" && result.Record.TextVector is not null && result.GetProvenance()!.FirstStageScore >= 0.4));
        Assert.Equal(1, options.Skip);
    }

    [Fact]
    public async Task SearchAsync_OptionsChangedBeforeEnumeration_KeepsTheOldOnes()
    {
        var options = new VectorSearchOptions<Passage> { ScoreThreshold = 0.4, Skip = 1 };
        IAsyncEnumerable<VectorSearchResult<Passage>> search = Search().SearchAsync("reset the password", 60, options);
        options.ScoreThreshold = 0.9;
        options.Skip = 0;
        await search.ToArrayAsync();

        Assert.Equal((61, 0.4), (Store.Calls[0].Top, Store.Calls[0].ScoreThreshold!.Value));
    }

    [Fact]
    public async Task SearchAsync_NoOptions_IsADefaultSearch()
    {
        await Search().SearchAsync("reset the password", 3).ToArrayAsync();

        Assert.Equal(new StoreCall("reset the password", 50, 0, null, null, null, null, false, null), Assert.Single(Store.Calls));
    }

    [Fact]
    public async Task SearchRankingAsync_OtherSearchMeanwhile_KeepsItsLength()
    {
        RerankedVectorSearch<Passage> search = Search();
        int longer = 0;
        Scorer.Meanwhile = async () =>
        {
            Scorer.Meanwhile = null;
            longer = (await search.SearchRankingAsync("reset the password", top: 5)).Ranking.Count;
        };
        RerankingResult<VectorSearchResult<Passage>> result = await search.SearchRankingAsync("reset the password", top: 2);

        Assert.Equal((2, 5), (result.Ranking.Count, longer));
    }

    /// <summary>A new property must be copied by hand: the options have no Clone.</summary>
    [Fact]
    public void VectorSearchOptions_Properties_AreThoseThatAreForwarded() =>
        Assert.Equal(
            ["Filter", "IncludeVectors", "ScoreThreshold", "Skip", "VectorProperty"],
            typeof(VectorSearchOptions<Passage>).GetProperties().Select(static property => property.Name).Order());

    [Fact]
    public async Task GetService_HybridSearch_IsRerankedInTheSameWay()
    {
        var options = new RerankedSearchOptions { Reranking = new() { CandidateCount = 4 } };
        object? service = ((IVectorSearchable<Passage>)Store).WithReranking(NewReranker(), static passage => passage.Text, options)
            .GetService(typeof(IKeywordHybridSearchable<Passage>));

        RerankedHybridSearch<Passage> hybrid = Assert.IsType<RerankedHybridSearch<Passage>>(service);
        VectorSearchResult<Passage>[] results = await hybrid.HybridSearchAsync("reset the password", ["password"], top: 1).ToArrayAsync();
        Assert.Equal(["all"], Ids(results));
        Assert.Equal(4, Assert.Single(Store.Calls).Top);
    }

    [Fact]
    public void GetService_HybridSearchOfAStoreWithoutOne_IsNull() =>
        Assert.Null(
            new RerankedVectorSearch<Passage>(new VectorOnly(Store), NewReranker(), static passage => passage.Text)
                .GetService(typeof(IKeywordHybridSearchable<Passage>)));

    [Theory]
    [InlineData(typeof(PassageStore))]
    [InlineData(typeof(VectorStoreCollection<string, Passage>))]
    [InlineData(typeof(IDisposable))]
    [InlineData(typeof(object), "primary")]
    public void GetService_TypeOfTheUndecoratedCollection_IsNull(Type type, object? key = null)
    {
        Assert.Same(Store, Store.GetService(type, key));
        Assert.Null(Search().GetService(type, key));
    }

    [Fact]
    public void GetService_VectorOnlySearchByKey_IsNull() =>
        Assert.Null(
            new RerankedVectorSearch<Passage>(new VectorOnly(Store), NewReranker(), static passage => passage.Text).GetService(typeof(object), "primary"));

    [Fact]
    public void GetService_VectorSearchByKey_IsReranked() =>
        Assert.IsType<RerankedVectorSearch<Passage>>(Search().GetService(typeof(IVectorSearchable<Passage>), "primary"));

    [Theory]
    [InlineData(typeof(IVectorSearchable<Passage>))]
    [InlineData(typeof(RerankedVectorSearch<Passage>))]
    [InlineData(typeof(object))]
    public void GetService_OwnType_IsTheDecorator(Type type)
    {
        RerankedVectorSearch<Passage> search = Search();
        Assert.Same(search, search.GetService(type));
    }

    [Fact]
    public void GetService_OwnTypeByUnknownKey_IsNull() => Assert.Null(Search().GetService(typeof(RerankedVectorSearch<Passage>), "unknown"));

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
        Assert.Throws<ArgumentNullException>("inner", () => new RerankedVectorSearch<Passage>(null!, NewReranker(), static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("reranker", () => new RerankedVectorSearch<Passage>(Store, null!, static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("textSelector", () => new RerankedVectorSearch<Passage>(Store, NewReranker(), null!));
    }

    protected override IAsyncEnumerable<VectorSearchResult<Passage>> FirstStageAsync(PassageStore store, string query) => store.SearchAsync(query, 100);

    protected override IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default) =>
        ((IVectorSearchable<Passage>)store).WithReranking(reranker, static passage => passage.Text, options)
            .SearchAsync(searchValue, top, new() { Skip = skip }, cancellationToken);

    protected override Task<RerankingResult<VectorSearchResult<Passage>>> SearchRankingAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default) =>
        ((IVectorSearchable<Passage>)store).WithReranking(reranker, static passage => passage.Text, options)
            .SearchRankingAsync(searchValue, top, new() { Skip = skip }, cancellationToken);

    private RerankedVectorSearch<Passage> Search() =>
        ((IVectorSearchable<Passage>)Store).WithReranking(NewReranker(), static passage => passage.Text);

    private sealed class VectorOnly(PassageStore inner) : IVectorSearchable<Passage>
    {
        public IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync<TInput>(
            TInput searchValue, int top, VectorSearchOptions<Passage>? options = null, CancellationToken cancellationToken = default)
            where TInput : notnull =>
            inner.SearchAsync(searchValue, top, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;
    }
}

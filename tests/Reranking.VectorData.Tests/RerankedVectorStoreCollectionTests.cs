using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedVectorStoreCollectionTests : IDisposable
{
    private static readonly string[] Keys = ["1", "2"];
    private static readonly Passage[] Passages = [new("fox", "", "the fox"), new("both", "", "the red fox"), new("none", "", "a dog")];
    private static readonly RecordRetrievalOptions Retrieval = new();
    private static readonly FilteredRecordRetrievalOptions<Passage> Filtered = new();
    private static readonly Expression<Func<Passage, bool>> Filter = static passage => passage.Id == "1";

    private readonly WordOverlapScorer _scorer = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly RecordingStore<string, Passage> _inner = new(static (_, top) => Passages.Take(top));

    public void Dispose() => _caller.Dispose();

    [Theory]
    [InlineData(typeof(VectorStore), typeof(RerankedVectorStore))]
    [InlineData(typeof(VectorStoreCollection<string, Passage>), typeof(RerankedVectorStoreCollection<string, Passage>))]
    public void Decorator_MembersOfTheBase_AreAllOverridden(Type contract, Type decorator)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        IEnumerable<string?> expected =
            contract.GetMethods(Own).Where(static method => method.IsVirtual && !method.IsFinal).Select(static method => method.ToString());
        IEnumerable<string?> overridden =
            decorator.GetMethods(Own).Where(method => method.GetBaseDefinition().DeclaringType == contract).Select(static method => method.ToString());

        Assert.Equal(expected.Order(), overridden.Order());
        Assert.Contains("Void Dispose(Boolean)", overridden);
    }

    public static TheoryData<string, Func<VectorStoreCollection<string, Passage>, CancellationToken, object>, object?[]> Members => new()
    {
        { nameof(RecordingStore<,>.CollectionExistsAsync), static (collection, token) => collection.CollectionExistsAsync(token), [] },
        { nameof(RecordingStore<,>.EnsureCollectionExistsAsync), static (collection, token) => collection.EnsureCollectionExistsAsync(token), [] },
        { nameof(RecordingStore<,>.EnsureCollectionDeletedAsync), static (collection, token) => collection.EnsureCollectionDeletedAsync(token), [] },
        { nameof(RecordingStore<,>.GetAsync), static (collection, token) => collection.GetAsync("1", Retrieval, token), ["1", Retrieval] },
        { nameof(RecordingStore<,>.GetAsync), static (collection, token) => collection.GetAsync(Keys, Retrieval, token), [Keys, Retrieval] },
        { nameof(RecordingStore<,>.GetAsync), static (collection, token) => collection.GetAsync(Filter, 7, Filtered, token), [Filter, 7, Filtered] },
        { nameof(RecordingStore<,>.DeleteAsync), static (collection, token) => collection.DeleteAsync("1", token), ["1"] },
        { nameof(RecordingStore<,>.DeleteAsync), static (collection, token) => collection.DeleteAsync(Keys, token), [Keys] },
        { nameof(RecordingStore<,>.UpsertAsync), static (collection, token) => collection.UpsertAsync(Passages[0], token), [Passages[0]] },
        { nameof(RecordingStore<,>.UpsertAsync), static (collection, token) => collection.UpsertAsync(Passages, token), [Passages] },
    };

    [Theory]
    [MemberData(nameof(Members), DisableDiscoveryEnumeration = true)]
    public void Member_OtherThanSearch_IsOneCallOfTheInnerOne(
        string member, Func<VectorStoreCollection<string, Passage>, CancellationToken, object> call, object?[] arguments)
    {
        Assert.NotNull(call(Collection(), _caller.Token));

        MemberCall recorded = Assert.Single(_inner.Calls);
        Assert.Equal(member, recorded.Member);
        Assert.Equal(arguments, recorded.Arguments);
        Assert.Equal(_caller.Token, Assert.Single(_inner.Tokens));
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task SearchAsync_Text_IsReranked()
    {
        VectorSearchResult<Passage>[] results =
            await Collection(new() { Reranking = new() { CandidateCount = 9 } }).SearchAsync("red fox", top: 2).ToArrayAsync();

        Assert.Equal(["both", "fox"], results.Select(static result => result.Record.Id));
        Assert.Equal(1, results[0].Score);
        Assert.Equal(new SearchProvenance(1, 0.5, new RelevanceScore(1, 10)), results[0].GetProvenance());
        Assert.Equal(["red fox", 9], Assert.Single(_inner.Calls).Arguments);
    }

    [Fact]
    public async Task SearchRankingAsync_ScorerFails_TellsIt()
    {
        _scorer.Failure = new RelevanceScoringException("down");
        RerankingResult<VectorSearchResult<Passage>> result = await Collection().SearchRankingAsync("red fox", top: 2, cancellationToken: _caller.Token);

        Assert.Equal((RerankingOutcome.FellBack, 2), (result.Outcome, result.Ranking.Count));
        Assert.Equal(_caller.Token, Assert.Single(_inner.Tokens));
    }

    [Fact]
    public async Task GetService_HybridSearch_IsReranked()
    {
        var hybrid = (IKeywordHybridSearchable<Passage>)Collection().GetService(typeof(IKeywordHybridSearchable<Passage>))!;
        VectorSearchResult<Passage>[] results = await hybrid.HybridSearchAsync("red fox", [], top: 1).ToArrayAsync();

        Assert.Equal("both", Assert.Single(results).Record.Id);
    }

    [Theory]
    [InlineData(typeof(VectorStoreCollection<string, Passage>))]
    [InlineData(typeof(IVectorSearchable<Passage>))]
    [InlineData(typeof(RerankedVectorStoreCollection<string, Passage>))]
    [InlineData(typeof(IDisposable))]
    public void GetService_OwnType_IsTheDecorator(Type type)
    {
        RerankedVectorStoreCollection<string, Passage> collection = Collection();

        Assert.Same(collection, collection.GetService(type));
    }

    [Fact]
    public void GetService_Others_AreThoseOfTheInnerCollectionButNotItself()
    {
        RerankedVectorStoreCollection<string, Passage> collection = new PassageStore().WithReranking(new Reranker(_scorer), passage => passage.Text);

        Assert.Null(collection.GetService(typeof(PassageStore)));
        Assert.Null(collection.GetService(typeof(VectorStoreCollection<string, Passage>), "primary"));
        Assert.IsType<VectorStoreCollectionMetadata>(collection.GetService(typeof(VectorStoreCollectionMetadata)));
        Assert.Throws<ArgumentNullException>("serviceType", () => collection.GetService(null!));
    }

    [Fact]
    public void Name_OfTheDecorator_IsThatOfTheInnerOne() => Assert.Equal("recorded", Collection().Name);

    [Fact]
    public void Dispose_OfTheDecorator_DisposesTheInnerOne()
    {
        Collection().Dispose();

        Assert.True(_inner.IsDisposed);
    }

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        var reranker = new Reranker(_scorer);
        Assert.Throws<ArgumentNullException>("collection", () => ((RecordingStore<string, Passage>)null!).WithReranking(reranker, passage => passage.Text));
        Assert.Throws<ArgumentNullException>(
            "inner",
            () => new RerankedVectorStoreCollection<string, Passage>(null!, reranker, static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("reranker", () => _inner.WithReranking(null!, passage => passage.Text));
        Assert.Throws<ArgumentNullException>("textSelector", () => _inner.WithReranking(reranker, null!));
    }

    private RerankedVectorStoreCollection<string, Passage> Collection(RerankedSearchOptions? options = null) =>
        _inner.WithReranking(new Reranker(_scorer), passage => passage.Text, options);
}

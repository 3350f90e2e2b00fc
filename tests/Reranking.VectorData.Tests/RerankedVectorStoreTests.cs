using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedVectorStoreTests : IDisposable
{
    private static readonly VectorStoreCollectionDefinition Definition = new();
    private static readonly string[] Texts = ["the fox", "the red fox", "a dog"];

    private readonly WordOverlapScorer _scorer = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly MemoryStore _inner = new(
        new RecordingStore<string, Passage>(static (_, _) => Texts.Select(static text => new Passage(text, "", text))),
        new RecordingStore<string, Hidden>(static (_, _) => Texts.Select(static text => new Hidden { Text = text })),
        new RecordingStore<object, Dictionary<string, object?>>(
            static (_, _) => Texts.Select(static text => new Dictionary<string, object?> { ["Text"] = text, ["Number"] = 7 })));

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task GetCollection_TypeWithSelector_IsRerankedByIt()
    {
        RerankedVectorStore store = Store(
            new RerankedVectorStoreOptions { Search = new() { Reranking = new() { CandidateCount = 9 } } }
                .SetTextSelector<Passage>(static passage => passage.Text));
        var passages = store.GetCollection<string, Passage>("passages", Definition);

        Assert.Equal("the red fox", (await FirstAsync(passages)).Id);
        MemberCall call = Assert.Single(_inner.Calls);
        Assert.Equal(("GetCollection", "passages"), (call.Member, call.Arguments[0]));
        Assert.Same(Definition, call.Arguments[1]);
        Assert.Equal(["red fox", 9], ((RecordingStore<string, Passage>)_inner.GetCollection<string, Passage>("passages")).Calls.Single().Arguments);
    }

    [Fact]
    public async Task GetCollection_InternalTypeByPropertyName_IsReranked() =>
        Assert.Equal("the red fox", (await FirstAsync(Store(new() { TextProperty = "Text" }).GetCollection<string, Hidden>("hidden"))).Text);

    [Fact]
    public async Task GetDynamicCollection_ByPropertyName_IsReranked()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> records = Store(new() { TextProperty = "Text" }).GetDynamicCollection("records", Definition);

        Assert.Equal("the red fox", (await FirstAsync(records))["Text"]);
        Assert.Same(Definition, Assert.Single(_inner.Calls).Arguments[1]);
    }

    [Fact]
    public async Task GetCollection_OfDictionaries_IsRerankedAsTheDynamicOne() =>
        Assert.Equal(
            "the red fox",
            (await FirstAsync(Store(new() { TextProperty = "Text" }).GetCollection<object, Dictionary<string, object?>>("records")))["Text"]);

    [Fact]
    public async Task GetDynamicCollection_BySelector_IsReranked()
    {
        var options = new RerankedVectorStoreOptions { TextProperty = "Other" }
            .SetTextSelector<Dictionary<string, object?>>(static record => (string?)record["Text"]);

        Assert.Equal("the red fox", (await FirstAsync(Store(options).GetDynamicCollection("records", Definition)))["Text"]);
    }

    [Theory]
    [InlineData("Absent")]
    [InlineData("Number")]
    public async Task GetDynamicCollection_RecordsWithoutThatText_AreNotScored(string property)
    {
        VectorStoreCollection<object, Dictionary<string, object?>> records =
            Store(new() { TextProperty = property }).GetDynamicCollection("records", Definition);

        Assert.Equal("the fox", (await FirstAsync(records))["Text"]);
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task GetCollection_OptionsChangedAfterDecorating_KeepsTheOldOnes()
    {
        var options = new RerankedVectorStoreOptions { TextProperty = "Text", Search = new() { Reranking = new() { CandidateCount = 9 } } };
        RerankedVectorStore store = Store(options);
        options.SetTextSelector<Passage>(static _ => null);
        options.TextProperty = "Other";
        options.Search.Reranking!.CandidateCount = 1;

        Assert.Equal("the red fox", (await FirstAsync(store.GetCollection<string, Passage>("passages"))).Id);
    }

    [Fact]
    public void GetCollection_TextIsNotKnown_SaysWhatToSet()
    {
        const string Rest =
            " records is, so they can't be reranked. " +
            "Set RerankedVectorStoreOptions.TextProperty to the name of the property that holds it, or call SetTextSelector; " +
            "or get the collection from the inner store if it is not to be reranked.";
        RerankedVectorStore store = Store(new());

        Assert.Equal(
            $"It is not known where the text of {typeof(Passage)}{Rest}",
            Assert.Throws<InvalidOperationException>(() => store.GetCollection<string, Passage>("passages")).Message);
        Assert.Equal(
            $"It is not known where the text of {typeof(Dictionary<string, object?>)}{Rest}",
            Assert.Throws<InvalidOperationException>(() => store.GetDynamicCollection("records", Definition)).Message);
    }

    [Theory]
    [InlineData("Absent")]
    [InlineData("TextVector")]
    public void GetCollection_NoSuchTextProperty_NamesIt(string property) =>
        Assert.Equal(
            $"{typeof(Passage)} has no public property '{property}' that is a string. "
            + "Set RerankedVectorStoreOptions.TextProperty to one that is, or call SetTextSelector.",
            Assert.Throws<InvalidOperationException>(() => Store(new() { TextProperty = property }).GetCollection<string, Passage>("passages")).Message);

    [Fact]
    public async Task Members_OtherThanCollections_AreThoseOfTheInnerStore()
    {
        RerankedVectorStore store = Store(new());

        Assert.Equal(["passages", "orders"], await store.ListCollectionNamesAsync(_caller.Token).ToArrayAsync());
        Assert.Equal(_caller.Token, _inner.Token);
        Assert.True(await store.CollectionExistsAsync("passages", _caller.Token));
        Assert.False(await store.CollectionExistsAsync("absent", _caller.Token));
        await store.EnsureCollectionDeletedAsync("orders", CancellationToken.None);
        Assert.Equal(["orders"], Assert.Single(_inner.Calls).Arguments);
        Assert.Equal(CancellationToken.None, _inner.Token);
        store.Dispose();
        Assert.True(_inner.IsDisposed);
    }

    [Fact]
    public void GetService_AnyType_IsNeverTheInnerStore()
    {
        RerankedVectorStore store = Store(new());

        Assert.Same(store, store.GetService(typeof(VectorStore)));
        Assert.Same(MemoryStore.Metadata, store.GetService(typeof(VectorStoreMetadata)));
        Assert.Null(store.GetService(typeof(MemoryStore)));
        Assert.Null(store.GetService(typeof(VectorStore), "primary"));
        Assert.Throws<ArgumentNullException>("serviceType", () => store.GetService(null!));
    }

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        var reranker = new Reranker(_scorer);
        Assert.Throws<ArgumentNullException>("store", () => ((VectorStore)null!).WithReranking(reranker, new RerankedVectorStoreOptions()));
        Assert.Throws<ArgumentNullException>("inner", () => new RerankedVectorStore(null!, reranker, new()));
        Assert.Throws<ArgumentNullException>("reranker", () => _inner.WithReranking(null!, new RerankedVectorStoreOptions()));
        Assert.Throws<ArgumentNullException>("options", () => _inner.WithReranking(reranker, null!));
        Assert.Throws<ArgumentNullException>("textSelector", () => new RerankedVectorStoreOptions().SetTextSelector<Passage>(null!));
    }

    private static async Task<TRecord> FirstAsync<TRecord>(IVectorSearchable<TRecord> search)
        where TRecord : class =>
        (await search.SearchAsync("red fox", top: 1).FirstAsync()).Record;

    private RerankedVectorStore Store(RerankedVectorStoreOptions options) => _inner.WithReranking(new Reranker(_scorer), options);

    private sealed class Hidden
    {
        public string? Text { get; set; }
    }
}

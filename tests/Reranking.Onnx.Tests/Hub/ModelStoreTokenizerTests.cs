using Reranking.Onnx.Hub;
using Reranking.Tokenizers;

namespace Reranking.Onnx.Tests;

/// <summary>A tokenizer by the name of its model: one file comes, and a model that is fetched later takes it over.</summary>
public sealed class ModelStoreTokenizerTests : ModelStoreTestBase
{
    private const string TokenizerFile = "tokenizer.json";
    private const string Text = "How do I reset my password?";

    [Fact]
    public async Task LoadTokenizerAsync_Name_FetchesThatFileOnceAndNothingElse()
    {
        ModelStore store = CreateStore();

        HuggingFaceTokenizer tokenizer = await store.LoadTokenizerAsync(HubServer.Repository);
        HuggingFaceTokenizer again = await store.LoadTokenizerAsync(HubServer.Repository, HubServer.Commit);

        using var json = new MemoryStream(Server.Files[TokenizerFile]);
        Assert.Equal(HuggingFaceTokenizer.Load(json).EncodeToIds(Text), tokenizer.EncodeToIds(Text));
        Assert.Equal(tokenizer.EncodeToIds(Text), again.EncodeToIds(Text));
        Assert.Equal([TokenizerFile], Server.Gets.Select(request => request.File));
        Assert.Null(store.Find(HubServer.Repository));   // it is not a whole model
    }

    [Fact]
    public async Task LoadTokenizerAsync_RepositoryWithoutOnnx_Works()
    {
        Server.Files.Remove(ModelFile);
        Server.Files.Remove("config.json");

        Assert.NotEmpty((await CreateStore().LoadTokenizerAsync(HubServer.Repository)).EncodeToIds(Text));
    }

    [Fact]
    public async Task GetAsync_AfterTheTokenizer_FetchesTheRest()
    {
        ModelStore store = CreateStore();
        await store.LoadTokenizerAsync(HubServer.Repository);

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));

        Assert.Equal([TokenizerFile, "config.json", ModelFile], Server.Gets.Select(request => request.File));
    }

    [Fact]
    public async Task LoadTokenizerAsync_WholeModelThere_AsksNobody()
    {
        await CreateStore().GetAsync(HubServer.Repository);
        int requests = Server.Requests.Count;

        await CreateStore(options => options.Offline = true).LoadTokenizerAsync(HubServer.Repository);

        Assert.Equal(requests, Server.Requests.Count);
    }

    [Fact]
    public async Task LoadTokenizerAsync_OfflineAndNotThere_SaysWhatIsMissing()
    {
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => CreateStore(options => options.Offline = true).LoadTokenizerAsync(HubServer.Repository));

        Assert.StartsWith($"Model '{HubServer.Repository}' is not complete in '", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task LoadTokenizerAsync_FileThatIsNotThere_NamesIt()
    {
        Server.Files.Remove(TokenizerFile);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => CreateStore().LoadTokenizerAsync(HubServer.Repository));

        Assert.StartsWith($"Model '{HubServer.Repository}' has no file '{TokenizerFile}' at revision 'main'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no name", null)]
    [InlineData("../up", null)]
    [InlineData(HubServer.Repository, "a/b")]
    public async Task LoadTokenizerAsync_NameThatIsNone_IsRefused(string model, string? revision) =>
        await Assert.ThrowsAsync<ArgumentException>(() => CreateStore().LoadTokenizerAsync(model, revision));

    /// <summary>A model of the catalog whose ONNX export nobody knows has a tokenizer, which is held to its recorded hash where there is one.</summary>
    [Fact]
    public void ForTokenizer_EveryEntryOfTheCatalog_PlansOneFile()
    {
        foreach (ModelCatalogEntry entry in ModelCatalog.Entries)
        {
            PlannedFile file = Assert.Single(ModelPlan.ForTokenizer(entry.Id, revision: null).Files);
            Assert.Equal((TokenizerFile, false), (file.Path, file.IsOptional));
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Reranking.Onnx.Tests;

/// <summary>A scorer whose model has a name instead of a path.</summary>
public sealed class OnnxRelevanceScorerModelTests : ModelStoreTestBase
{
    private const string Model = "cross-encoder/ms-marco-MiniLM-L-4-v2";   // its entry has no hash that the fixture would not meet

    [Fact]
    public async Task ScoreAsync_ModelInTheSettings_ScoresAsFromItsFolder()
    {
        using TemporaryFolder unpacked = TestModels.Unpack();
        using var fromFolder = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = unpacked.Path });
        using ServiceProvider provider = Services(("Scorers:local:Model", Model)).BuildServiceProvider();
        var scorer = provider.GetRequiredService<IRelevanceScorer>();
        Assert.Equal(Model, scorer.GetService<RelevanceScorerMetadata>()!.ModelId);
        Assert.Empty(Server.Requests);

        RelevanceScores scores = await scorer.ScoreAsync("a query", ["a document", "another one"]);

        Assert.Equal(Model, scores.ModelId);
        Assert.Equal(
            (await fromFolder.ScoreAsync("a query", ["a document", "another one"])).Select(score => score.RawValue), scores.Select(score => score.RawValue));
    }

    [Fact]
    public async Task ScoreAsync_RevisionAndModelFile_AreFetchedAndTaken()
    {
        Server.Files["onnx/model_quantized.onnx"] = Server.Files[ModelFile];
        Server.Files[ModelFile] = [0];
        using ServiceProvider provider = Services(
            ("Scorers:local:Model", Model), ("Scorers:local:Revision", "v1"), ("Scorers:local:ModelFile", "onnx/model_quantized.onnx")).BuildServiceProvider();

        Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", ["document"]));

        Assert.Equal("/cross-encoder/ms-marco-MiniLM-L4-v2/resolve/v1/config.json", Server.Requests.First().Path);
        Assert.Equal("onnx/model_quantized.onnx", Server.Gets[^1].File);
    }

    [Fact]
    public async Task WarmUpAsync_OfflineAndNotThere_SaysWhereItLookedAndTriesAgain()
    {
        using ServiceProvider provider = Services(("Scorers:local:Model", Model), ("ModelStore:Offline", "true")).BuildServiceProvider();
        var scorer = provider.GetRequiredService<IRelevanceScorer>().GetService<OnnxRelevanceScorer>()!;
        string home = Cache.File("cross-encoder--ms-marco-MiniLM-L4-v2");

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.WarmUpAsync());

        Assert.Equal(
            $"Model '{Model}' is not complete in '{Path.Combine(home, "main")}', and Reranking:ModelStore:Offline is true. "
            + $"Download it once with Offline set to false, or copy '{home}' from a machine that has it.",
            exception.Message);
        await CreateStore().GetAsync(Model);
        await scorer.WarmUpAsync();
    }

    [Fact]
    public async Task Dispose_DuringTheDownload_EndsIt()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.StopAfter = (1_000_000, WaitForTheEndAsync);
        var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { Model = HubServer.Repository }, modelStore: CreateStore());
        Task<RelevanceScores> scoring = scorer.ScoreAsync("query", ["document"]);
        await asked.Task;

        scorer.Dispose();
        scorer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scoring);
        await aborted.Task;

        async Task WaitForTheEndAsync(Microsoft.AspNetCore.Http.HttpContext context)
        {
            context.RequestAborted.Register(aborted.SetResult);
            asked.SetResult();
            await aborted.Task;
        }
    }

    [Fact]
    public async Task ScoreAsync_NoOnnxExportKnown_SaysWhatToDo()
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { Model = "mixedbread-ai/mxbai-rerank-base-v2" }, modelStore: CreateStore());

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]));

        Assert.Equal(
            "No public ONNX export of 'mixedbread-ai/mxbai-rerank-base-v2' is known. "
            + "Set Model to a repository that has one, or export the model and set ModelPath to the folder.",
            exception.Message);
    }

    [Fact]
    public void Constructor_ModelOptionsWrong_NamesTheKeys()
    {
        Assert.Equal(
            "OnnxScorerOptions:Model is a/b and OnnxScorerOptions:ModelPath is /models; expected one of them. (Parameter 'options')",
            Failure(options => (options.Model, options.ModelPath) = ("a/b", "/models")));
        Assert.Equal(
            "OnnxScorerOptions:Model is bge-reranker-v2m3; expected the name of a model as owner/name. "
            + "Did you mean BAAI/bge-reranker-v2-m3? (Parameter 'options')",
            Failure(options => options.Model = "bge-reranker-v2m3"));
        Assert.Equal(
            "OnnxScorerOptions:Revision is main without OnnxScorerOptions:Model; expected both, or none. (Parameter 'options')",
            Failure(options => options.Revision = "main"));
        Assert.Equal(
            "OnnxScorerOptions:Revision is ../x; expected a commit, a tag or a branch without slashes. (Parameter 'options')",
            Failure(options => (options.Model, options.Revision) = ("a/b", "../x")));
        Assert.Equal(
            "OnnxScorerOptions:ModelFile is ../x.onnx; expected a path within the repository, such as onnx/model_quantized.onnx. (Parameter 'options')",
            Failure(options => (options.Model, options.ModelFile) = ("a/b", "../x.onnx")));
    }

    [Fact]
    public void ModelStoreConstructor_OptionsWrong_NamesTheKeysAndNeverTheToken()
    {
        const string Path = "Reranking:ModelStore";
        Assert.Equal(
            $"{Path}:CacheFolder is blank; expected the path of a folder, or none. (Parameter 'options')", StoreFailure(options => options.CacheFolder = " "));
        Assert.Equal(
            $"{Path}:Endpoint is not an address; expected one such as https://huggingface.co. (Parameter 'options')",
            StoreFailure(options => options.Endpoint = new Uri("/hub", UriKind.Relative)));
        Assert.Equal(
            $"{Path}:Endpoint is not an address; expected one such as https://huggingface.co. (Parameter 'options')",
            StoreFailure(options => options.Endpoint = new Uri("ftp://hub")));
        Assert.Equal(
            $"{Path}:Endpoint has a user name; expected none. Set {Path}:Token. (Parameter 'options')",
            StoreFailure(options => options.Endpoint = new Uri("https://me:secret@hub")));
        Assert.Equal(
            $"{Path}:Endpoint is on 'hub' without encryption; expected https. "
                + $"Set {Path}:AllowInsecureHttp to true if the network is trusted. (Parameter 'options')",
            StoreFailure(options => options.Endpoint = new Uri("http://hub")));
        Assert.Equal(
            $"{Path}:Token has characters that no token has, such as spaces; expected it as the endpoint issued it, or none. (Parameter 'options')",
            StoreFailure(options => options.Token = "hf_secret\r\nX: y"));
        Assert.Equal($"{Path}:MaxRetries is 21; expected 0 to 20. (Parameter 'options')", StoreFailure(options => options.MaxRetries = 21));
        Assert.Equal(
            $"{Path}:Timeout is 00:00:00; expected 00:00:01 to 01:00:00. (Parameter 'options')", StoreFailure(options => options.Timeout = TimeSpan.Zero));
        using var insecure = new ModelStore(new ModelStoreOptions { Endpoint = new Uri("http://hub"), AllowInsecureHttp = true });
    }

    [Fact]
    public async Task AddModelStore_SectionElsewhereWithBadValues_StopsTheHostWithItsKeys()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking().AddOnnx();
        builder.Services.AddModelStore(new ConfigurationBuilder().AddInMemoryCollection([new("Models:MaxRetries", "-1")]).Build().GetSection("Models"));
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["Models:MaxRetries is -1; expected 0 to 20."], exception.Failures);
    }

    [Fact]
    public async Task AddOnnx_SectionWithAMistypedKeyOfTheModelStore_StopsTheHostAndNamesTheNearest()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Reranking:Scorers:local:Provider", "Onnx"), new("Reranking:ModelStore:CacheFoldr", "/models")])
            .Build().GetSection("Reranking")).AddOnnx();
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "Reranking:ModelStore:CacheFoldr is not a setting of the model store; expected one of AllowInsecureHttp, CacheFolder, Endpoint, MaxRetries, "
                + "Offline, Timeout, Token, VerifyHashes. Did you mean 'CacheFolder'?",
            ],
            exception.Failures);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("30")]
    [InlineData("0.5")]
    public async Task AddOnnx_SectionWithATimeThatIsAPlainNumber_StopsTheHost(string value)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Reranking:Scorers:local:Provider", "Onnx"), new("Reranking:ModelStore:Timeout", value)])
            .Build().GetSection("Reranking")).AddOnnx();
        using IHost host = builder.Build();

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        // The binder refuses 0.5 by itself.
        Assert.Contains("Reranking:ModelStore:Timeout", exception.Message, StringComparison.Ordinal);
        Assert.True(exception is OptionsValidationException || value == "0.5", exception.ToString());
    }

    [Fact]
    public async Task AddOnnx_SectionWithBadModelStore_StopsTheHostWithItsKeysOnce()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Reranking:Scorers:local:Provider", "Onnx"), new("Reranking:ModelStore:MaxRetries", "-1")])
            .Build().GetSection("Reranking")).AddOnnx();
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["Reranking:ModelStore:MaxRetries is -1; expected 0 to 20."], exception.Failures);
    }

    [Fact]
    public async Task AddModelStore_Code_SetsTheOptions()
    {
        IServiceCollection services = new ServiceCollection().AddModelStore(options => (options.Endpoint, options.CacheFolder) = (Server.Endpoint, Cache.Path));
        services.AddReranking().AddOnnx(options => options.Model = HubServer.Repository);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Single(await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", ["document"]));
        Assert.Same(provider.GetRequiredService<ModelStore>(), provider.GetRequiredService<ModelStore>());
    }

    private ServiceCollection Services(params (string Key, string Value)[] values)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values
                .Append(("ModelStore:Endpoint", Server.Endpoint.AbsoluteUri))
                .Append(("ModelStore:CacheFolder", Cache.Path))
                .Append(("Scorers:local:Provider", "Onnx"))
                .Select(pair => KeyValuePair.Create($"Reranking:{pair.Item1}", (string?)pair.Item2)))
            .Build();
        var services = new ServiceCollection();

        // The code of docs/providers/model-store.md.
        services.AddReranking(configuration.GetSection("Reranking")).AddOnnx();
        return services;
    }

    private static string Failure(Action<OnnxScorerOptions> spoil)
    {
        OnnxScorerOptions options = new();
        spoil(options);
        return Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(options)).Message;
    }

    private static string StoreFailure(Action<ModelStoreOptions> spoil)
    {
        ModelStoreOptions options = new();
        spoil(options);
        return Assert.Throws<ArgumentException>(() => new ModelStore(options)).Message;
    }
}

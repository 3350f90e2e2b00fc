using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>What is fetched, under which names it is kept, and what is used again.</summary>
public sealed class ModelStoreTests : ModelStoreTestBase
{
    [Fact]
    public async Task GetAsync_Branch_FetchesEachFileOnceAtTheCommitItStandsFor()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);

        Assert.Equal(Folder, folder);
        AssertIsTheModel(folder);
        Assert.Equal(["config.json", "tokenizer.json", ModelFile], Server.Gets.Select(request => request.File));
        Assert.All(Server.Gets, request => Assert.Equal(HubServer.Commit, request.Revision));
        Assert.Equal($"/{HubServer.Repository}/resolve/main/config.json", Server.Requests.First().Path);
    }

    [Fact]
    public async Task GetAsync_Fetched_WritesDownWhatCameAndWhoVouchedForIt()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);

        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "reranking-model.json")));
        Assert.Equal(HubServer.Commit, manifest.RootElement.GetProperty("commit").GetString());
        Assert.Equal("main", manifest.RootElement.GetProperty("revision").GetString());
        Assert.Equal(
            Server.Files.OrderBy(file => file.Value.Length).Select(file =>
                (file.Key, (long)file.Value.Length, HashOf(file.Value), file.Key == ModelFile ? "Endpoint" : "FirstUse")),
            manifest.RootElement.GetProperty("files").EnumerateArray().Select(file =>
                (file.GetProperty("path").GetString()!, file.GetProperty("length").GetInt64(), file.GetProperty("sha256").GetString()!,
                    file.GetProperty("trust").GetString()!)));
    }

    [Fact]
    public async Task GetAsync_ThereAlready_AsksNobody()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        int requests = Server.Requests.Count;
        Server.TellCommit = static _ => new string('f', 40);

        Assert.Equal(folder, await store.GetAsync(HubServer.Repository));
        Assert.Equal(folder, await store.GetAsync(HubServer.Repository, HubServer.Commit));
        Assert.Equal(requests, Server.Requests.Count);
    }

    [Fact]
    public async Task FindAndRemove_FetchedModel_IsThereAndThenGone()
    {
        ModelStore store = CreateStore();
        Assert.Null(store.Find(HubServer.Repository));
        Assert.False(await store.RemoveAsync(HubServer.Repository));
        string folder = await store.GetAsync(HubServer.Repository);

        Assert.Equal(folder, store.Find(HubServer.Repository));
        Assert.True(await store.RemoveAsync(HubServer.Repository));
        Assert.Null(store.Find(HubServer.Repository));
        Assert.False(Directory.Exists(folder));
        Assert.False(await store.RemoveAsync(HubServer.Repository));
        Assert.Equal(folder, await store.GetAsync(HubServer.Repository));   // it can be fetched again
    }

    [Fact]
    public async Task GetAsync_BranchMovedDuringAnInterruption_GoesOnWithTheCommitOfTheFirstUse()
    {
        ModelStore store = CreateStore(options => options.MaxRetries = 0);
        Server.Instead = AnswerModelWith(500);
        await FailureAsync(store);
        Server.Instead = static (_, _) => Task.FromResult(false);
        Server.TellCommit = static revision => ModelName.IsCommit(revision) ? revision : new string('f', 40);

        Assert.Equal(Folder, await store.GetAsync(HubServer.Repository));
        Assert.All(Server.Gets, request => Assert.Equal(HubServer.Commit, request.Revision));
        Assert.Equal(1, Server.Gets.Count(request => request.File == "tokenizer.json"));
    }

    [Fact]
    public async Task GetAsync_EndpointTellsNoCommit_KeepsTheNameOfTheBranch()
    {
        Server.TellCommit = static _ => null;

        string folder = await CreateStore().GetAsync(HubServer.Repository, "v1.0");

        Assert.Equal(Path.Combine(Home, "v1.0"), folder);
        AssertIsTheModel(folder);
    }

    [Fact]
    public async Task GetAsync_EndpointHasAnotherCommitThanAskedFor_IsRefused()
    {
        string wrong = new('f', 40);
        Server.TellCommit = _ => wrong;

        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/config.json' is of commit {wrong}; " +
            $"expected {HubServer.Commit}. Check Reranking:ModelStore:Endpoint.",
            (await FailureAsync(CreateStore(), HubServer.Commit)).Message);
    }

    [Fact]
    public async Task GetAsync_ModelFileChosen_FetchesItInsteadAndKeepsTheOther()
    {
        Server.Files["onnx/model_quantized.onnx"] = OnnxWriter.Model([OnnxWriter.Node("Identity", ["input_ids"], "logits")], [], ("logits", [-1, -2]));
        ModelStore store = CreateStore();
        await store.GetAsync(HubServer.Repository);

        string folder = await store.GetAsync(HubServer.Repository, modelFile: "onnx/model_quantized.onnx");

        AssertIsTheModel(folder);
        Assert.Equal(["config.json", "tokenizer.json", ModelFile, "onnx/model_quantized.onnx"], Server.Gets.Select(request => request.File));
        await CreateStore(options => options.Offline = true).GetAsync(HubServer.Repository);
    }

    [Fact]
    public async Task GetAsync_WeightsBesideTheGraph_AreFetchedToo()
    {
        Server.Files[ModelFile + "_data"] = new byte[10];
        Server.Files["tokenizer_config.json"] = [(byte)'{', (byte)'}'];

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));
    }

    [Fact]
    public async Task GetAsync_FileCutShortAfterwards_IsFetchedAgainAlone()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        using (FileStream file = File.OpenWrite(Path.Combine(folder, "config.json")))
        {
            file.SetLength(5);
        }

        Assert.Equal(folder, await store.GetAsync(HubServer.Repository));
        AssertIsTheModel(folder);
        Assert.Equal(["config.json", "tokenizer.json", ModelFile, "config.json"], Server.Gets.Select(request => request.File));
    }

    [Fact]
    public async Task GetAsync_FileRemovedAndAnotherAtTheEndpoint_IsHeldToWhatCameFirst()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        string expected = HashOf("tokenizer.json");
        string path = Path.Combine(folder, "tokenizer.json");
        File.Delete(path);
        Server.Files["tokenizer.json"][100] ^= 1;

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository));

        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/tokenizer.json' has changed: its SHA-256 is {HashOf("tokenizer.json")}; " +
            $"expected {expected}, as at the first download. Find out why; to trust what is there now, remove '{folder}'.",
            exception.Message);
        Assert.Empty(Directory.GetFiles(folder, "tokenizer.json*"));

        Server.Files["tokenizer.json"][100] ^= 1;
        Assert.Equal(folder, await store.GetAsync(HubServer.Repository));
        AssertIsTheModel(folder);
    }

    [Fact]
    public async Task GetAsync_EndpointTellsAnotherHashThanBefore_IsRefusedUnread()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        string expected = HashOf(ModelFile);
        File.Delete(Path.Combine(folder, ModelFile));
        Server.Files[ModelFile][100] ^= 1;
        int gets = Server.Gets.Count;

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository));

        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{ModelFile}' has changed: its SHA-256 is {HashOf(ModelFile)}; " +
            $"expected {expected}, as at the first download. Find out why; to trust what is there now, remove '{folder}'.",
            exception.Message);
        Assert.Equal(gets, Server.Gets.Count);
    }

    [Fact]
    public async Task GetAsync_FetchedAgain_KeepsWhoVouchedForItFirst()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        string manifest = Path.Combine(folder, "reranking-model.json");
        string before = await File.ReadAllTextAsync(manifest);
        File.Delete(Path.Combine(folder, ModelFile));
        File.Delete(Path.Combine(folder, "config.json"));
        Server.TellsHash = false;

        await store.GetAsync(HubServer.Repository);

        Assert.Equal(before, await File.ReadAllTextAsync(manifest));
    }

    [Fact]
    public async Task GetAsync_FolderRemoved_TrustsWhatIsThereNow()
    {
        ModelStore store = CreateStore();
        Directory.Delete(await store.GetAsync(HubServer.Repository), recursive: true);
        Server.Files["tokenizer.json"][100] ^= 1;

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));
    }

    [Fact]
    public async Task GetAsync_ManifestDamaged_ChecksTheFilesAndWritesItAgain()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        await File.WriteAllTextAsync(Path.Combine(folder, "reranking-model.json"), "{");
        byte[] model = await File.ReadAllBytesAsync(Path.Combine(folder, ModelFile));
        model[100] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, ModelFile), model);

        await store.GetAsync(HubServer.Repository);

        AssertIsTheModel(folder);
        Assert.Equal(["config.json", "tokenizer.json", ModelFile, ModelFile], Server.Gets.Select(request => request.File));
    }

    [Fact]
    public async Task VerifyAsync_ByteChanged_NamesTheFileAndTheHashes()
    {
        ModelStore store = CreateStore();
        string folder = await store.GetAsync(HubServer.Repository);
        await store.VerifyAsync(HubServer.Repository);
        string path = Path.Combine(folder, "tokenizer.json");
        byte[] tokenizer = await File.ReadAllBytesAsync(path);
        tokenizer[100] ^= 1;
        await File.WriteAllBytesAsync(path, tokenizer);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => store.VerifyAsync(HubServer.Repository));

        Assert.Equal(
            $"'{path}' has changed: its SHA-256 is {HashOf(tokenizer)}; expected {HashOf("tokenizer.json")}, as downloaded. " +
            "Remove the file to have it downloaded again.",
            exception.Message);
    }

    [Fact]
    public async Task VerifyAsync_NotFetched_SaysSo()
    {
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => CreateStore().VerifyAsync(HubServer.Repository));

        Assert.Equal($"Model '{HubServer.Repository}' is not complete in '{Path.Combine(Home, "main")}'. Download it first.", exception.Message);
    }

    [Fact]
    public async Task GetAsync_OfflineAndNotThere_SaysWhereItLooked()
    {
        Assert.Equal(
            $"Model '{HubServer.Repository}' is not complete in '{Path.Combine(Home, "main")}', and Reranking:ModelStore:Offline is true. " +
            $"Download it once with Offline set to false, or copy '{Home}' from a machine that has it.",
            (await FailureAsync(CreateStore(options => options.Offline = true))).Message);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task GetAsync_OfflineAndThere_NeedsNoEndpoint()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);
        ModelStore offline = CreateStore(options =>
        {
            options.Offline = true;
            options.Endpoint = new Uri("https://nowhere.invalid");
        });

        Assert.Equal(folder, await offline.GetAsync(HubServer.Repository));
    }

    [Fact]
    public async Task GetAsync_ConcurrentCalls_FetchOnce()
    {
        ModelStore store = CreateStore(time: TimeProvider.System);

        string[] folders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.GetAsync(HubServer.Repository)));

        Assert.All(folders, folder => Assert.Equal(Folder, folder));
        Assert.Equal(3, Server.Gets.Count);
    }

    [Fact]
    public async Task GetAsync_NotInTheCatalog_WarnsAndSaysWhatIsTrusted()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);

        Assert.Equal(
            [
                (82, LogLevel.Warning, "Model tests/tiny-reranker is not in the catalog: its files are found by their usual names and trusted on first use."),
                (80, LogLevel.Information,
                    $"Downloading model tests/tiny-reranker from repository tests/tiny-reranker at revision {HubServer.Commit} of {Server.Endpoint}."),
                (81, LogLevel.Information,
                    $"Model tests/tiny-reranker is in {folder}: {Server.Files.Values.Sum(file => file.Length)} bytes; " +
                    "2 of its files are trusted on first use."),
            ],
            Logger.Collector.GetSnapshot().Select(line => (line.Id.Id, line.Level, line.Message)));
    }

    [Fact]
    public async Task GetAsync_HashOfTheCatalog_IsHeldAgainstTheEndpoint()
    {
        // The server gives the files of the fixture under the name of a model whose tokenizer the catalog knows.
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => CreateStore().GetAsync("cross-encoder/ms-marco-MiniLM-L-6-v2"));

        string found = HashOf("tokenizer.json");
        Assert.Equal(
            $"'{Server.Endpoint}cross-encoder/ms-marco-MiniLM-L6-v2/resolve/c5ee24cb16019beea0893ab7796b1df96625c6b8/tokenizer.json' was damaged twice: " +
            $"its SHA-256 is {found}; expected d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66. The file was removed. " +
            "Check Reranking:ModelStore:Endpoint and the proxies between it and this machine.",
            exception.Message);
    }

    [Fact]
    public async Task GetAsync_AnotherRevisionThanThatOfTheCatalog_IsNotHeldAgainstItsHashes() =>
        AssertIsTheModel(await CreateStore().GetAsync("cross-encoder/ms-marco-MiniLM-L-6-v2", "main"));

    [Fact]
    public async Task GetAsync_OwnClient_IsUsedAndLeftOpen()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using (var store = new ModelStore(new ModelStoreOptions { Endpoint = Server.Endpoint, CacheFolder = Cache.Path }, client))
        {
            await store.GetAsync(HubServer.Repository);
        }

        Assert.Equal(Server.Files["config.json"], await client.GetByteArrayAsync(new Uri(Server.Endpoint, $"{HubServer.Repository}/resolve/main/config.json")));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("owner/..")]
    [InlineData("owner/../other")]
    [InlineData("owner/name/more")]
    [InlineData("owner\\name")]
    [InlineData("a--b/c")]
    [InlineData("owner/name?x")]
    [InlineData("/name")]
    [InlineData("")]
    public async Task GetAsync_NoNameOfAModel_IsRefused(string model)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => CreateStore().GetAsync(model));

        Assert.StartsWith($"The model is '{model}'; expected the name of a model as owner/name. Did you mean ", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData("..", null, "The revision is '..'; expected a commit, a tag or a branch without slashes. (Parameter 'revision')")]
    [InlineData("a/b", null, "The revision is 'a/b'; expected a commit, a tag or a branch without slashes. (Parameter 'revision')")]
    [InlineData(
        null,
        "../model.onnx",
        "The model file is '../model.onnx'; expected a path within the repository, such as onnx/model_quantized.onnx. (Parameter 'modelFile')")]
    [InlineData(
        null,
        "/model.onnx",
        "The model file is '/model.onnx'; expected a path within the repository, such as onnx/model_quantized.onnx. (Parameter 'modelFile')")]
    [InlineData(
        null,
        "onnx/./model.onnx",
        "The model file is 'onnx/./model.onnx'; expected a path within the repository, such as onnx/model_quantized.onnx. (Parameter 'modelFile')")]
    [InlineData(
        null,
        "c:\\model.onnx",
        "The model file is 'c:\\model.onnx'; expected a path within the repository, such as onnx/model_quantized.onnx. (Parameter 'modelFile')")]
    public async Task GetAsync_RevisionOrFileLeadsElsewhere_IsRefused(string? revision, string? modelFile, string expected)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => CreateStore().GetAsync(HubServer.Repository, revision, modelFile));

        Assert.Equal(expected, exception.Message);
    }

    private string HashOf(string file) => HashOf(Server.Files[file]);

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));

    private static Func<Microsoft.AspNetCore.Http.HttpContext, string, Task<bool>> AnswerModelWith(int status) => (context, file) =>
    {
        bool isModel = file == ModelFile && context.Request.Method == "GET";
        context.Response.StatusCode = isModel ? status : 200;
        return Task.FromResult(isModel);
    };

    [Fact]
    public async Task GetAsync_ModulesBesideTheGraph_AreFetchedAndFetchedAgainWhereTheyAreMissing()
    {
        using TemporaryFolder model = TestModels.UnpackModular("modernbert-modular");
        Server.Files.Clear();
        foreach (string file in Directory.EnumerateFiles(model.Path, "*", SearchOption.AllDirectories))
        {
            Server.Files[Path.GetRelativePath(model.Path, file).Replace('\\', '/')] = await File.ReadAllBytesAsync(file);
        }

        string folder = await CreateStore().GetAsync(HubServer.Repository);
        AssertIsTheModel(folder);

        File.Delete(Path.Combine(folder, "2_Dense", "model.safetensors"));
        Assert.Equal(folder, await CreateStore().GetAsync(HubServer.Repository));
        AssertIsTheModel(folder);
        using Scoring.CrossEncoder encoder = TestModels.LoadEncoder(folder);
        Assert.NotNull(encoder.Profile.Head);
    }
}

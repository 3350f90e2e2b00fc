using Microsoft.Extensions.Logging;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>Files that have changed in the folder, or that can't be loaded, are found and fetched again.</summary>
public sealed class ModelStoreVerificationTests : ModelStoreTestBase
{
    private const string Model = "cross-encoder/ms-marco-MiniLM-L-4-v2";   // of the catalog, without hashes of its own

    private string CatalogHome => Cache.File("cross-encoder--ms-marco-MiniLM-L4-v2");

    private string CatalogFolder => Path.Combine(CatalogHome, HubServer.Commit);

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData(ModelFile)]
    public async Task GetAsync_FileOfACatalogModelHasChanged_IsFetchedAgainAlone(string file)
    {
        ModelStore store = CreateStore();
        await store.GetAsync(Model);
        int gets = Server.Gets.Count;
        string path = Spoil(file);

        Assert.Equal(CatalogFolder, await store.GetAsync(Model));

        AssertIsTheModel(CatalogFolder);
        Assert.Equal([file], Server.Gets.Skip(gets).Select(request => request.File));
        Assert.Equal(
            $"{path} has changed since it was downloaded. Downloading it again.",
            Assert.Single(Logger.Collector.GetSnapshot(), line => line.Level == LogLevel.Warning && line.Id.Id == 86).Message);
    }

    [Fact]
    public async Task GetAsync_FileHasChangedAndOffline_SaysSo()
    {
        await CreateStore().GetAsync(Model);
        Spoil("config.json");
        ModelStore offline = CreateStore(options => options.Offline = true);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => offline.GetAsync(Model));

        Assert.Equal(
            $"A file in '{CatalogFolder}' has changed since it was downloaded, and Reranking:ModelStore:Offline is true. "
            + "Download it again with Offline set to false, or copy the folder from a machine that has it. VerifyAsync names the file.",
            exception.Message);
    }

    [Fact]
    public async Task GetAsync_VerifyHashesOff_TakesWhatIsThere()
    {
        await CreateStore().GetAsync(Model);
        string path = Spoil("config.json");
        byte[] spoiled = await File.ReadAllBytesAsync(path);

        await CreateStore(options => options.VerifyHashes = false).GetAsync(Model);

        Assert.Equal(spoiled, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task GetAsync_ModelThatIsNotInTheCatalog_IsTakenAsItIs()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);
        string path = Path.Combine(folder, "config.json");
        byte[] spoiled = Flip(path);

        await CreateStore().GetAsync(HubServer.Repository);

        Assert.Equal(spoiled, await File.ReadAllBytesAsync(path));
        Assert.False(File.Exists(Path.Combine(folder, VerifiedFiles.FileName)));
    }

    [Fact]
    public async Task GetAsync_SameSizeAndTimeAsWhenItWasRight_IsNotReadAgain()
    {
        await CreateStore().GetAsync(Model);
        string path = Path.Combine(CatalogFolder, ModelFile);
        DateTime time = File.GetLastWriteTimeUtc(path);
        byte[] spoiled = Flip(path);
        File.SetLastWriteTimeUtc(path, time);
        int requests = Server.Requests.Count;

        await CreateStore().GetAsync(Model);

        Assert.Equal(spoiled, await File.ReadAllBytesAsync(path));
        Assert.Equal(requests, Server.Requests.Count);

        // Without what was found before, all files are read.
        File.Delete(Path.Combine(CatalogFolder, VerifiedFiles.FileName));
        await CreateStore().GetAsync(Model);
        AssertIsTheModel(CatalogFolder);
    }

    [Fact]
    public async Task GetAsync_OtherTimeButTheSameContent_IsReadOnceAndKept()
    {
        await CreateStore().GetAsync(Model);
        string path = Path.Combine(CatalogFolder, ModelFile);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-3));
        int requests = Server.Requests.Count;
        string before = await File.ReadAllTextAsync(Path.Combine(CatalogFolder, VerifiedFiles.FileName));

        await CreateStore().GetAsync(Model);

        string after = await File.ReadAllTextAsync(Path.Combine(CatalogFolder, VerifiedFiles.FileName));
        Assert.NotEqual(before, after);
        await CreateStore().GetAsync(Model);
        Assert.Equal(after, await File.ReadAllTextAsync(Path.Combine(CatalogFolder, VerifiedFiles.FileName)));
        Assert.Equal(requests, Server.Requests.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a b c d\n\n e\n")]
    public async Task GetAsync_ListOfVerifiedFilesDamaged_ReadsTheFiles(string content)
    {
        await CreateStore().GetAsync(Model);
        await File.WriteAllTextAsync(Path.Combine(CatalogFolder, VerifiedFiles.FileName), content);
        Spoil("tokenizer.json");

        await CreateStore().GetAsync(Model);

        AssertIsTheModel(CatalogFolder);
    }

    [Theory]
    [InlineData("config.json", "{ \"max_position_embeddings\": ")]
    [InlineData("tokenizer.json", "{ \"model\": ")]
    [InlineData(ModelFile, "no model")]
    public async Task ScoreAsync_StoredFileDoesNotLoad_IsFetchedAgainOnce(string file, string content)
    {
        Server.TellsHash = false;
        string folder = await CreateStore().GetAsync(HubServer.Repository);
        await OverwriteAsync(Path.Combine(folder, file), content);
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { Model = HubServer.Repository }, modelStore: CreateStore());

        Assert.Single(await scorer.ScoreAsync("query", ["document"]));

        AssertIsTheModel(folder);
        Assert.Equal(2, Server.Gets.Count(request => request.File == file));
        Assert.Equal(
            $"{Path.Combine(folder, file)} can't be loaded. Downloading it once more.",
            Assert.Single(Logger.Collector.GetSnapshot(), line => line.Id.Id == 87).Message);
    }

    [Theory]
    [InlineData(false, 2)]   // nobody vouches for it: it may come better
    [InlineData(true, 1)]    // the endpoint does: it would only come again
    public async Task ScoreAsync_WhatIsPublishedDoesNotLoad_NamesTheFolderOfTheStore(bool tellsHash, int expected)
    {
        Server.TellsHash = tellsHash;
        OnnxWriter filler = OnnxWriter.Tensor("filler", new float[400_000]);   // large enough to have a hash
        Server.Files[ModelFile] = OnnxWriter.Model([OnnxWriter.Node("NoSuchOperator", ["input_ids"], "logits")], [filler], ("logits", [-1, 1]));
        using var scorer = new OnnxRelevanceScorer(
            new OnnxScorerOptions { Model = HubServer.Repository, SettingsPath = "Reranking:Scorers:local" }, modelStore: CreateStore());

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]));

        Assert.StartsWith($"'{Path.Combine(Folder, ModelFile)}' can't be loaded by ONNX Runtime: ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Expected a complete ONNX model. Check Reranking:Scorers:local:Model. "
            + $"The model store keeps its files in '{Folder}'; remove that folder to have them fetched again.",
            exception.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("ModelPath", exception.Message, StringComparison.Ordinal);
        Assert.Equal(expected, Server.Gets.Count(request => request.File == ModelFile));
    }

    [Fact]
    public async Task ScoreAsync_StoredFileDoesNotLoadAndOffline_LeavesItAndNamesTheFolder()
    {
        string folder = await CreateStore().GetAsync(HubServer.Repository);
        await OverwriteAsync(Path.Combine(folder, ModelFile), "no model");
        using var scorer = new OnnxRelevanceScorer(
            new OnnxScorerOptions { Model = HubServer.Repository }, modelStore: CreateStore(options => options.Offline = true));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]));

        Assert.EndsWith(
            $"The model store keeps its files in '{folder}'; remove that folder to have them fetched again.", exception.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, ModelFile)));
    }

    [Fact]
    public async Task ScoreAsync_ModelThatDoesNotFit_IsNotFetchedAgain()
    {
        string config = System.Text.Encoding.UTF8.GetString(Server.Files["config.json"]);
        Server.Files["config.json"] = System.Text.Encoding.UTF8.GetBytes(config.Replace("30522", "30000", StringComparison.Ordinal));
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { Model = HubServer.Repository }, modelStore: CreateStore());

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]));

        Assert.Contains("Check OnnxScorerOptions:Model. ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, Server.Gets.Count);
    }

    [Fact]
    public async Task GetRevisionAsync_ModelIsInTheStore_IsThatOfItsFilesWithoutLoadingIt()
    {
        var options = new OnnxScorerOptions { Model = HubServer.Repository };
        using var before = new OnnxRelevanceScorer(options, modelStore: CreateStore());
        Assert.Null(await before.GetRevisionAsync());
        await before.WarmUpAsync();
        string? first = await before.GetRevisionAsync();
        using var cold = new OnnxRelevanceScorer(options, modelStore: CreateStore());
        Assert.Equal(first, await cold.GetRevisionAsync());
        Assert.Matches("^[0-9A-F]{16}$", first);

        // The branch moves on: the same name stands for other weights.
        Directory.Delete(Home, recursive: true);
        Server.TellCommit = static _ => new string('f', 40);
        byte[] changed = [.. Server.Files[ModelFile]];
        changed[^100_000] ^= 1;
        Server.Files[ModelFile] = changed;
        using var after = new OnnxRelevanceScorer(options, modelStore: CreateStore());
        await after.WarmUpAsync();

        Assert.NotEqual(first, await after.GetRevisionAsync());
    }

    private static byte[] Flip(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));   // whatever the resolution of the clock of the disk
        return bytes;
    }

    // As long as before, so that the folder still looks complete.
    private static async Task OverwriteAsync(string path, string content)
    {
        byte[] bytes = new byte[new FileInfo(path).Length];
        System.Text.Encoding.UTF8.GetBytes(content).CopyTo(bytes, 0);
        await File.WriteAllBytesAsync(path, bytes);
    }

    private string Spoil(string file)
    {
        string path = Path.Combine(CatalogFolder, file);
        Flip(path);
        return path;
    }
}

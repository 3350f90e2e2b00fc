using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Onnx.Tests;

public sealed class ModelRevisionTests
{
    [Fact]
    public async Task Revision_BundledModel_IsTheSameForEveryScorerAndBeforeAndAfterTheLoad()
    {
        using var cold = new OnnxRelevanceScorer();
        using var warm = new OnnxRelevanceScorer(new OnnxScorerOptions { MaxConcurrency = 1, ModelId = "renamed" });
        await warm.WarmUpAsync();

        string? revision = await RevisionAsync(cold);
        await cold.WarmUpAsync();

        Assert.Matches("^[0-9A-F]{16}$", revision);
        Assert.Equal(revision, await RevisionAsync(cold));
        Assert.Equal(revision, await RevisionAsync(warm));
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    [InlineData("model.onnx_data")]
    [InlineData("model.data")]
    public async Task Revision_FileThatChangesScores_ChangesIt(string file)
    {
        using TemporaryFolder folder = TestModels.Unpack();
        string? before = await RevisionAsync(folder);

        File.AppendAllText(folder.File(file), " ");

        Assert.NotEqual(before, await RevisionAsync(folder));
    }

    [Fact]
    public async Task Revision_FileThatChangesNoScore_LeavesItAsItIs()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        string? before = await RevisionAsync(folder);

        File.WriteAllText(folder.File("README.md"), "A model.");

        Assert.Equal(before, await RevisionAsync(folder));
    }

    [Fact]
    public async Task Revision_LongestInput_ChangesItWhereItIsAnother()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = folder.Path });
        int limit = TestModels.LoadEncoder(folder.Path).Profile.MaxTokens;

        Assert.NotEqual(await RevisionAsync(scorer), await RevisionAsync(folder, options => options.MaxInputTokens = 16));
        Assert.Equal(await RevisionAsync(scorer), await RevisionAsync(folder, options => options.MaxInputTokens = limit));
    }

    [Fact]
    public async Task Revision_ExecutionProvider_ChangesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();

        Assert.NotEqual(await RevisionAsync(folder), await RevisionAsync(folder, options => options.ExecutionProvider = OnnxExecutionProvider.Cuda));
    }

    public static TheoryData<string, Action<OnnxScorerOptions>> ScoreSettings => new()
    {
        { "Label", options => options.Label = "0" },
        { "Prompt", options => options.Prompt = "Qwen3" },
        { "Instruction", options => options.Instruction = "Find" },
        { "YesToken", options => options.YesToken = "Find" },
        { "NoToken", options => options.NoToken = "Find" },
        { "LongDocuments", options => options.LongDocuments = LongDocumentMode.Windows },
        { "WindowTokens", options => options.WindowTokens = 100 },
        { "WindowOverlap", options => options.WindowOverlap = 0.1 },
        { "MaxWindows", options => options.MaxWindows = 100 },
        { "Output", options => options.Output = "Find" },
        { "Instruction that ends in a line", options => options.Instruction = "Find\n" },
        { "Instruction that is empty", options => options.Instruction = "" },
        { "Instruction with the next setting", options => options.Instruction = "Find\nyes" },
        { "Instruction and the next setting", options => (options.Instruction, options.YesToken) = ("Find", "yes") },
        { "the next setting and the one behind it", options => (options.YesToken, options.NoToken) = ("a\nb", "c") },
        { "the same text in other parts", options => (options.YesToken, options.NoToken) = ("a", "b\nc") },
    };

    [Fact]
    public async Task Revision_EachSettingThatChangesScores_IsTold()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        List<string?> revisions = [await RevisionAsync(folder)];
        foreach (var row in ScoreSettings)
        {
            revisions.Add(await RevisionAsync(folder, row.Data.Item2));
        }

        Assert.Distinct(revisions);
    }

    [Fact]
    public async Task Revision_ContentsOfTwoFilesExchanged_ChangesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        await File.WriteAllTextAsync(folder.File("model.onnx.data"), "a");
        await File.WriteAllTextAsync(folder.File("model.data"), "b");
        string? before = await RevisionAsync(folder);

        await File.WriteAllTextAsync(folder.File("model.onnx.data"), "b");
        await File.WriteAllTextAsync(folder.File("model.data"), "a");

        Assert.NotEqual(before, await RevisionAsync(folder));
    }

    [Fact]
    public async Task Revision_WeightsUnderNamesThatOnlyTheGraphKnows_ChangeIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        await File.WriteAllBytesAsync(
            folder.File("model.onnx"),
            OnnxWriter.Model(
                [OnnxWriter.Node("Identity", ["input_ids"], "logits")],
                [OnnxWriter.ExternalTensor("encoder.weight"), OnnxWriter.ExternalTensor("head.bin")],
                ("logits", [-1, -2])));
        await File.WriteAllTextAsync(folder.File("encoder.weight"), "1");
        await File.WriteAllTextAsync(folder.File("head.bin"), "1");
        List<string?> revisions = [await RevisionAsync(folder)];
        foreach (string file in (string[])["encoder.weight", "head.bin"])
        {
            await File.WriteAllTextAsync(folder.File(file), "2");
            revisions.Add(await RevisionAsync(folder));
        }

        await File.WriteAllTextAsync(folder.File("README"), "not read");
        Assert.Distinct(revisions);
        Assert.Equal(revisions[^1], await RevisionAsync(folder));
    }

    [Fact]
    public async Task Revision_FolderThatMoved_IsTheSame()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using TemporaryFolder other = TestModels.Unpack();

        Assert.Equal(await RevisionAsync(folder), await RevisionAsync(other));
        Assert.Equal(await RevisionAsync(folder), await RevisionAsync(folder, options => options.ModelPath = folder.File("model.onnx")));
    }

    [Fact]
    public async Task Revision_NamedModelThatIsNotHere_IsUnknown()
    {
        using TemporaryFolder folder = new();
        using var store = new ModelStore(new ModelStoreOptions { CacheFolder = folder.Path, Offline = true });
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { Model = "BAAI/bge-reranker-v2-m3" }, modelStore: store);

        Assert.Null(await RevisionAsync(scorer));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Revision_MissingModel_ThrowsUntilItIsThereAndIsThenComputedOnce()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = folder.Path });
        File.Move(folder.File("tokenizer.json"), folder.File("away.json"));

        Assert.Equal(
            $"The model folder '{folder.Path}' has no tokenizer.json. A model folder holds model.onnx, tokenizer.json and config.json. " +
            "Set OnnxScorerOptions:ModelPath to a complete one.",
            (await Assert.ThrowsAsync<RelevanceScoringException>(() => RevisionAsync(scorer))).Message);
        File.Move(folder.File("away.json"), folder.File("tokenizer.json"));
        string? revision = await RevisionAsync(scorer);
        File.Delete(folder.File("model.onnx"));

        Assert.Equal(revision, await RevisionAsync(scorer));
    }

    [Fact]
    public async Task Caching_ColdScorer_FindsWhatAWarmOneKept()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HybridCache cache = provider.GetRequiredService<HybridCache>();
        CachingRelevanceScorerOptions options = new() { CacheTimeout = TimeSpan.FromDays(1) };
        string[] documents = ["To reset your password, open the sign-in page.", "Invoices are sent monthly.", ""];
        using var warm = new CachingRelevanceScorer(new OnnxRelevanceScorer(), cache, options);
        using var cold = new CachingRelevanceScorer(new OnnxRelevanceScorer(), cache, options);
        using var shorter = new CachingRelevanceScorer(new OnnxRelevanceScorer(new OnnxScorerOptions { MaxInputTokens = 16 }), cache, options);
        await warm.ScoreAsync("How do I reset my password?", documents[1..]);

        RelevanceScores expected = await warm.ScoreAsync("How do I reset my password?", documents);
        RelevanceScores scores = await cold.ScoreAsync("How do I reset my password?", documents);
        RelevanceScores cut = await shorter.ScoreAsync("How do I reset my password?", documents);

        Assert.Equal(expected, scores);
        Assert.Equal(("ms-marco-MiniLM-L-12-v2-int8", 0), (scores.ModelId, scores.Usage?.InputTokenCount));

        // The model of the cold one is not even loaded.
        Assert.Null(cold.GetService<RelevanceScorerMetadata>()!.MaxInputTokens);
        Assert.True(cut[0].IsTruncated && !scores[0].IsTruncated, "Another longest input has scores of its own.");
    }

    private static Task<string?> RevisionAsync(OnnxRelevanceScorer scorer) => scorer.GetService<IModelRevision>()!.GetRevisionAsync().AsTask();

    private static async Task<string?> RevisionAsync(TemporaryFolder folder, Action<OnnxScorerOptions>? configure = null)
    {
        OnnxScorerOptions options = new() { ModelPath = folder.Path };
        configure?.Invoke(options);
        using var scorer = new OnnxRelevanceScorer(options);
        return await RevisionAsync(scorer);
    }
}

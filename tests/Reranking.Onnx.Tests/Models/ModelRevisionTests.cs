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

    [Fact]
    public async Task Revision_NamedModelThatIsNotHere_TellsItsSettingsApart()
    {
        string?[] revisions =
        [
            await NamedAsync(_ => { }),
            await NamedAsync(options => options.Model = "BAAI/bge-reranker-base"),
            await NamedAsync(options => options.Revision = "0123456789012345678901234567890123456789"),
            await NamedAsync(options => options.ModelFile = "onnx/other.onnx"),
            await NamedAsync(options => options.MaxInputTokens = 256),
            await NamedAsync(options => options.ExecutionProvider = OnnxExecutionProvider.Cuda),
            await NamedAsync(options => options.LongDocuments = LongDocumentMode.Windows),
        ];

        Assert.All(revisions, revision => Assert.Matches("^named-[0-9A-F]{16}$", revision));
        Assert.Distinct(revisions);
        Assert.Equal(revisions[0], await NamedAsync(options => options.MaxConcurrency = 1));

        static async Task<string?> NamedAsync(Action<OnnxScorerOptions> configure)
        {
            OnnxScorerOptions options = new() { Model = "BAAI/bge-reranker-v2-m3" };
            configure(options);
            using var scorer = new OnnxRelevanceScorer(options);
            return await RevisionAsync(scorer);
        }
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

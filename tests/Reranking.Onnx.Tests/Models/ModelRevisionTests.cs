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

        string? revision = Revision(cold);
        await cold.WarmUpAsync();

        Assert.Matches("^[0-9A-F]{16}$", revision);
        Assert.Equal(revision, Revision(cold));
        Assert.Equal(revision, Revision(warm));
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    [InlineData("model.onnx_data")]
    [InlineData("model.data")]
    public void Revision_FileThatChangesScores_ChangesIt(string file)
    {
        using TemporaryFolder folder = TestModels.Unpack();
        string? before = Revision(folder);

        File.AppendAllText(folder.File(file), " ");

        Assert.NotEqual(before, Revision(folder));
    }

    [Fact]
    public void Revision_FileThatChangesNoScore_LeavesItAsItIs()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        string? before = Revision(folder);

        File.WriteAllText(folder.File("README.md"), "A model.");

        Assert.Equal(before, Revision(folder));
    }

    [Fact]
    public void Revision_LongestInput_ChangesItWhereItIsAnother()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = folder.Path });
        int limit = TestModels.LoadEncoder(folder.Path).Model.MaxTokens;

        Assert.NotEqual(Revision(scorer), Revision(folder, options => options.MaxInputTokens = 16));
        Assert.Equal(Revision(scorer), Revision(folder, options => options.MaxInputTokens = limit));
    }

    [Fact]
    public void Revision_ExecutionProvider_ChangesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();

        Assert.NotEqual(Revision(folder), Revision(folder, options => options.ExecutionProvider = OnnxExecutionProvider.Cuda));
    }

    [Fact]
    public void Revision_NamedModelThatIsNotHere_TellsItsSettingsApart()
    {
        string?[] revisions =
        [
            Named(_ => { }),
            Named(options => options.Model = "BAAI/bge-reranker-base"),
            Named(options => options.Revision = "0123456789012345678901234567890123456789"),
            Named(options => options.ModelFile = "onnx/other.onnx"),
            Named(options => options.MaxInputTokens = 256),
            Named(options => options.ExecutionProvider = OnnxExecutionProvider.Cuda),
            Named(options => options.LongDocuments = LongDocumentMode.Windows),
        ];

        Assert.All(revisions, revision => Assert.Matches("^named-[0-9A-F]{16}$", revision));
        Assert.Distinct(revisions);
        Assert.Equal(revisions[0], Named(options => options.MaxConcurrency = 1));

        static string? Named(Action<OnnxScorerOptions> configure)
        {
            OnnxScorerOptions options = new() { Model = "BAAI/bge-reranker-v2-m3" };
            configure(options);
            using var scorer = new OnnxRelevanceScorer(options);
            return Revision(scorer);
        }
    }

    [Fact]
    public void Revision_MissingModel_ThrowsUntilItIsThereAndIsThenComputedOnce()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = folder.Path });
        File.Move(folder.File("tokenizer.json"), folder.File("away.json"));
        RelevanceScorerMetadata metadata = scorer.GetService<RelevanceScorerMetadata>()!;

        Assert.Equal(
            $"The model folder '{folder.Path}' has no tokenizer.json. A model folder holds model.onnx, tokenizer.json and config.json. Set OnnxScorerOptions:ModelPath to a complete one.",
            Assert.Throws<RelevanceScoringException>(() => metadata.Revision).Message);
        File.Move(folder.File("away.json"), folder.File("tokenizer.json"));
        string? revision = metadata.Revision;
        File.Delete(folder.File("model.onnx"));

        Assert.Equal(revision, metadata.Revision);
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

    private static string? Revision(OnnxRelevanceScorer scorer) => scorer.GetService<RelevanceScorerMetadata>()!.Revision;

    private static string? Revision(TemporaryFolder folder, Action<OnnxScorerOptions>? configure = null)
    {
        OnnxScorerOptions options = new() { ModelPath = folder.Path };
        configure?.Invoke(options);
        using var scorer = new OnnxRelevanceScorer(options);
        return Revision(scorer);
    }
}

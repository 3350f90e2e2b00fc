using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Reranking.Onnx.Tests;

public sealed class OnnxServiceCollectionExtensionsTests
{
    [Fact]
    public async Task AddOnnxScorer_WithSection_BindsIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var services = new ServiceCollection();
        services.AddOnnxScorer(Section(("ModelPath", folder.Path), ("ModelId", "tiny"), ("MaxInputTokens", "64"), ("MaxConcurrency", "1"), ("ExecutionProvider", "cpu")));
        using ServiceProvider provider = services.BuildServiceProvider();
        var scorer = provider.GetRequiredService<IRelevanceScorer>();

        RelevanceScores scores = await scorer.ScoreAsync("query", [string.Join(' ', Enumerable.Repeat("word", 100))]);

        Assert.Equal("tiny", scores.ModelId);
        Assert.Equal(64, scores[0].TokenCount);
        Assert.Same(scorer, provider.GetRequiredService<IRelevanceScorer>());
    }

    [Fact]
    public async Task AddOnnxScorer_SectionWithLongDocuments_BindsIt()
    {
        using ServiceProvider provider = Provider(("LongDocuments", "Windows"), ("MaxInputTokens", "64"), ("WindowTokens", "20"), ("WindowOverlap", "0"), ("MaxWindows", "3"));

        RelevanceScore score = (await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", [string.Concat(Enumerable.Repeat("One two three four. ", 20))]))[0];

        Assert.Equal(3 * (3 + 1 + 20), score.TokenCount);   // special tokens, query, document
        Assert.True(score.IsTruncated);

        static ServiceProvider Provider(params (string Key, string Value)[] values)
        {
            var services = new ServiceCollection();
            services.AddOnnxScorer(Section(values));
            return services.BuildServiceProvider();
        }
    }

    [Fact]
    public void AddOnnxScorer_NothingConfigured_TouchesNoFile()
    {
        var services = new ServiceCollection();
        services.AddOnnxScorer(options => options.ModelPath = "/no/such/folder");
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal("folder", provider.GetRequiredService<IRelevanceScorer>().GetService<RelevanceScorerMetadata>()!.ModelId);
    }

    [Fact]
    public async Task AddKeyedOnnxScorer_TwoModels_AreKeptApart()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var services = new ServiceCollection();
        services.AddKeyedOnnxScorer("tiny", options => options.ModelPath = folder.Path);
        services.AddKeyedOnnxScorer("short", Section(("ModelPath", folder.Path), ("MaxInputTokens", "16")));
        using ServiceProvider provider = services.BuildServiceProvider();
        string[] document = [string.Join(' ', Enumerable.Repeat("word", 1000))];

        Assert.Equal(512, (await provider.GetRequiredKeyedService<IRelevanceScorer>("tiny").ScoreAsync("query", document))[0].TokenCount);
        Assert.Equal(16, (await provider.GetRequiredKeyedService<IRelevanceScorer>("short").ScoreAsync("query", document))[0].TokenCount);
        Assert.Null(provider.GetService<IRelevanceScorer>());
    }

    [Fact]
    public async Task AddOnnxScorer_SectionWithBadValues_StopsTheHostWithTheirKeys()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddOnnxScorer(Section(("MaxConcurrency", "0"), ("DeviceId", "-1")));
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["Reranking:Onnx:MaxConcurrency is 0; expected 1 or more, or none.", "Reranking:Onnx:DeviceId is -1; expected 0 or more."], exception.Failures);
    }

    [Fact]
    public async Task AddOnnxEmbeddingGenerator_WithSection_BindsIt()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddOnnxEmbeddingGenerator(Section(("ModelPath", TestModels.BiEncoder), ("QueryPrefix", "query: "), ("Pooling", "Mean"), ("Normalize", "false")))
            .BuildServiceProvider();
        var generator = provider.GetRequiredService<OnnxEmbeddingGenerator>();

        Assert.Same(generator, provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        float[] query = (await generator.ForQueries().GenerateAsync(["text"]))[0].Vector.ToArray();
        float[] passage = (await generator.GenerateAsync(["query: text"]))[0].Vector.ToArray();
        Assert.Equal(passage, query);
        Assert.NotEqual(1, System.Numerics.Tensors.TensorPrimitives.Norm(query), 1e-3);
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => $"Reranking:Onnx:{pair.Key}", pair => (string?)pair.Value))
            .Build()
            .GetSection("Reranking:Onnx");
}

using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Reranking.Onnx.Tests;

public sealed class OnnxServiceCollectionExtensionsTests
{
    [Fact]
    public async Task AddOnnx_WithSection_BindsIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var services = new ServiceCollection();
        services.AddReranking(Scorers(
            ("ModelPath", folder.Path), ("ModelId", "tiny"), ("MaxInputTokens", "64"), ("MaxConcurrency", "1"), ("ExecutionProvider", "cpu"))).AddOnnx();
        using ServiceProvider provider = services.BuildServiceProvider();
        var scorer = provider.GetRequiredService<IRelevanceScorer>();

        RelevanceScores scores = await scorer.ScoreAsync("query", [string.Join(' ', Enumerable.Repeat("word", 100))]);

        Assert.Equal("tiny", scores.ModelId);
        Assert.Equal(64, scores[0].TokenCount);
        Assert.Same(scorer, provider.GetRequiredService<IRelevanceScorer>());
    }

    [Fact]
    public async Task AddOnnx_SectionWithLongDocuments_BindsIt()
    {
        using ServiceProvider provider = Provider(
            ("LongDocuments", "Windows"), ("MaxInputTokens", "64"), ("WindowTokens", "20"), ("WindowOverlap", "0"), ("MaxWindows", "3"));

        RelevanceScore score = (await provider.GetRequiredService<IRelevanceScorer>()
            .ScoreAsync("query", [string.Concat(Enumerable.Repeat("One two three four. ", 20))]))[0];

        Assert.Equal(3 * (3 + 1 + 20), score.TokenCount);   // special tokens, query, document
        Assert.True(score.IsTruncated);

        static ServiceProvider Provider(params (string Key, string Value)[] values)
        {
            var services = new ServiceCollection();
            services.AddReranking(Scorers(values)).AddOnnx();
            return services.BuildServiceProvider();
        }
    }

    [Fact]
    public async Task AddOnnx_ModelNotInstalled_IsAnErrorOfTheFirstUseAndNoFallback()
    {
        var services = new ServiceCollection();
        services.AddReranking().AddOnnx(options => options.ModelPath = "/no/such/folder");
        using ServiceProvider provider = services.BuildServiceProvider();
        Reranker reranker = provider.GetRequiredService<Reranker>();   // registration only registers

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => reranker.RerankAsync("query", ["one", "two"]));

        Assert.StartsWith("The model folder '/no/such/folder' is missing.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddOnnx_TwoModels_AreKeptApart()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var services = new ServiceCollection();
        services.AddReranking()
            .AddOnnx("tiny", options => options.ModelPath = folder.Path)
            .AddOnnx("short", options => (options.ModelPath, options.MaxInputTokens) = (folder.Path, 16))
            .Use("tiny");
        using ServiceProvider provider = services.BuildServiceProvider();
        string[] document = [string.Join(' ', Enumerable.Repeat("word", 1000))];

        Assert.Equal(512, (await provider.GetRequiredKeyedService<IRelevanceScorer>("tiny").ScoreAsync("query", document))[0].TokenCount);
        Assert.Equal(16, (await provider.GetRequiredKeyedService<IRelevanceScorer>("short").ScoreAsync("query", document))[0].TokenCount);
    }

    [Fact]
    public async Task AddOnnx_SectionWithBadValues_StopsTheHostWithTheirKeys()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking(Scorers(("MaxConcurrency", "0"), ("DeviceId", "-1"))).AddOnnx();
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            ["Reranking:Scorers:local:MaxConcurrency is 0; expected 1 or more, or none.", "Reranking:Scorers:local:DeviceId is -1; expected 0 or more."],
            exception.Failures);
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

    [Fact]
    public void AddOnnxEmbeddingGenerator_ModelNotInstalled_IsAnErrorOfTheResolution()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddOnnxEmbeddingGenerator(Section(("ModelPath", "/no/such/folder")))   // registration only registers
            .BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());

        Assert.StartsWith("The model folder '/no/such/folder' is missing.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddOnnxEmbeddingGenerator_SectionWithAMistypedKey_StopsTheHostAndNamesTheNearest()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        IConfigurationSection section = Section(("ModelPath", TestModels.BiEncoder), ("queryprefix", "query: "), ("PassagePrefx", "passage: "));
        builder.Services.AddOnnxEmbeddingGenerator(section);
        builder.Services.AddOnnxEmbeddingGenerator(section);   // one mistake is reported once
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "Embeddings:Onnx:PassagePrefx is not a setting of the embedding generator; expected one of DeviceId, ExecutionProvider, MaxBatchTokens, "
                + "MaxConcurrency, MaxInputTokens, ModelFile, ModelId, ModelPath, Normalize, Output, PassagePrefix, Pooling, QueryPrefix. "
                + "Did you mean 'PassagePrefix'?",
            ],
            exception.Failures);
    }

    [Fact]
    public async Task AddOnnx_BadOptionsInCode_StopTheHostWithTheirNames()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddReranking().AddOnnx(options => options.MaxConcurrency = 0);
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["OnnxScorerOptions:MaxConcurrency is 0; expected 1 or more, or none."], exception.Failures);
    }

    private static IConfigurationSection Scorers(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                values.Prepend(("Provider", "Onnx")).ToDictionary(pair => $"Reranking:Scorers:local:{pair.Item1}", pair => (string?)pair.Item2))
            .Build()
            .GetSection("Reranking");

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => $"Embeddings:Onnx:{pair.Key}", pair => (string?)pair.Value))
            .Build()
            .GetSection("Embeddings:Onnx");
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Reranking.Onnx.Tests;

public sealed class OnnxScorerProviderTests
{
    private readonly OnnxScorerProvider _provider = new(logger: null);

    [Fact]
    public void Keys_EveryOption_IsOne() => Assert.Equal(
        typeof(OnnxScorerOptions).GetProperties().Where(property => property.SetMethod?.IsPublic == true).Select(property => property.Name).Order(),
        _provider.Keys.Order());

    [Fact]
    public void Validate_EmptySection_IsTheBundledModel() => Assert.Empty(_provider.Validate(Section(), isUsed: true));

    [Fact]
    public void Validate_FolderThatDoesNotExist_TouchesNoFile() => Assert.Empty(_provider.Validate(Section(("ModelPath", "/no/such/folder")), isUsed: true));

    [Fact]
    public void Validate_ValuesThatCannotBeRead_NamesEach() => Assert.Equal(
        [
            "Reranking:Scorers:local:MaxInputTokens is many; expected a whole number.",
            "Reranking:Scorers:local:MaxConcurrency is 1.5; expected a whole number.",
            "Reranking:Scorers:local:ExecutionProvider is Gpu; expected Cpu, Cuda, DirectML, CoreML or OpenVino.",
            "Reranking:Scorers:local:DeviceId is 99999999999; expected a whole number.",
            "Reranking:Scorers:local:MaxBatchTokens is 16k; expected a whole number.",
        ],
        _provider.Validate(
            Section(
                ("MaxInputTokens", "many"), ("maxconcurrency", "1.5"), ("ExecutionProvider", "Gpu"), ("DeviceId", "99999999999"), ("MaxBatchTokens", "16k")),
            isUsed: false));

    [Fact]
    public void Validate_ValuesOutOfRange_NamesEach() => Assert.Equal(
        [
            "Reranking:Scorers:local:ModelPath is blank; expected the path of a model folder, or none.",
            "Reranking:Scorers:local:MaxInputTokens is 7; expected 8 or more, or none.",
            "Reranking:Scorers:local:ExecutionProvider is 99; expected Cpu, Cuda, DirectML, CoreML or OpenVino.",
        ],
        _provider.Validate(Section(("ModelPath", " "), ("MaxInputTokens", "7"), ("ExecutionProvider", "99")), isUsed: true));

    [Theory]
    [InlineData("MaxInputTokens", "7", "Reranking:Scorers:local:MaxInputTokens is 7; expected 8 or more, or none.")]
    [InlineData(
        "EarlyExit",
        "Sometimes",
        "Reranking:Scorers:local:EarlyExit is 'Sometimes'; expected Off, On, or a plan such as '2:60 5:25', the layers after which documents leave and "
            + "how many of 100 stay.")]
    [InlineData("DeviceId", "first", "Reranking:Scorers:local:DeviceId is first; expected a whole number.")]
    public void Create_SettingsThatDoNotDo_Throws(string key, string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<RelevanceScoringException>(() => _provider.Create("local", Section((key, value)))).Message);

    [Fact]
    public void Create_FolderMissing_NamesTheKeyOfTheScorer()
    {
        var exception = Assert.Throws<RelevanceScoringException>(() => _provider.Create("local", Section(("ModelPath", "/no/such/folder"))));

        Assert.Equal(
            "The model folder '/no/such/folder' is missing. A model folder holds model.onnx, tokenizer.json and config.json. " +
            "Set Reranking:Scorers:local:ModelPath to one.",
            exception.Message);
    }

    [Fact]
    public async Task AddOnnx_ProviderOfTheServices_MakesAScorerThatLogs()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddFakeLogging());
        services.AddReranking(new ConfigurationBuilder().Build().GetSection("Reranking")).AddOnnx();
        using ServiceProvider serviceProvider = services.BuildServiceProvider();
        var provider = Assert.Single(serviceProvider.GetServices<RelevanceScorerProvider>());

        using IRelevanceScorer scorer = provider.Create(
            "local", Section(("modelpath", folder.Path), ("ModelId", "tiny"), ("MaxInputTokens", "16"), ("ExecutionProvider", "cpu")));
        RelevanceScores scores = await scorer.ScoreAsync("query", [string.Join(' ', Enumerable.Repeat("word", 100))]);

        Assert.Equal("Onnx", provider.Name);
        Assert.Equal(("tiny", 16), (scores.ModelId, scores[0].TokenCount));
        Assert.StartsWith("Model tiny loaded in ", Assert.Single(serviceProvider.GetFakeLogCollector().GetSnapshot()).Message, StringComparison.Ordinal);
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(pair => $"Reranking:Scorers:local:{pair.Key}", pair => (string?)pair.Value))
            .Build()
            .GetSection("Reranking:Scorers:local");
}

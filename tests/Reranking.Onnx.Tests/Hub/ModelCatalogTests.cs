using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>What holds of every entry, so that a wrong line of data is found before a user finds it.</summary>
public sealed class ModelCatalogTests
{
    public static TheoryData<string> Ids => [.. ModelCatalog.Entries.Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Entries_Each_CanStandInAnAddressAndAPath(string id)
    {
        ModelCatalogEntry entry = ModelCatalog.Find(id)!;
        ModelCatalogFile[] files = [.. entry.ModelFiles, .. entry.Files];

        Assert.Null(ModelName.Problem(entry.Repository));
        Assert.True(entry.Revision == "main" || ModelName.IsCommit(entry.Revision), entry.Revision);
        Assert.All(files, file => Assert.True(ModelName.IsFile(file.Path), file.Path));
        Assert.All(files.Where(file => file.DataFile is not null), file => Assert.Equal(file.Path + "_data", file.DataFile));
        Assert.All(files.Where(file => file.Sha256 is not null), file => Assert.Matches("^[0-9a-f]{64}$", file.Sha256));
        Assert.All(entry.ModelFiles, file => Assert.EndsWith(".onnx", file.Path, StringComparison.Ordinal));
        Assert.Equal(["config.json", "tokenizer.json", "tokenizer_config.json"], entry.Files.Take(3).Select(file => file.Path));
        Assert.Matches("^(identity|sigmoid)$", entry.Activation);
        Assert.NotEmpty(entry.Languages);
        Assert.InRange(entry.MaxTokens, 512, 32_768);
        Assert.Matches("^(apache-2.0|mit|cc-by-nc-4.0)$", entry.License);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Entries_Each_HasHashesOnlyWhereTheCommitIsKnown(string id)
    {
        ModelCatalogEntry entry = ModelCatalog.Find(id)!;

        Assert.True(entry.Revision != "main" || entry.ModelFiles.Concat(entry.Files).All(file => file.Sha256 is null));
    }

    [Fact]
    public void Entries_Names_AreUnique() => Assert.Distinct(ModelCatalog.Entries.Select(entry => entry.Id.ToUpperInvariant()));

    [Theory]
    [InlineData("BAAI/bge-reranker-v2-m3", "BAAI/bge-reranker-v2-m3")]
    [InlineData("baai/BGE-reranker-v2-m3", "BAAI/bge-reranker-v2-m3")]
    [InlineData("onnx-community/bge-reranker-v2-m3-ONNX", "BAAI/bge-reranker-v2-m3")]
    [InlineData("cross-encoder/ms-marco-MiniLM-L6-v2", "cross-encoder/ms-marco-MiniLM-L-6-v2")]
    [InlineData("someone/else", null)]
    public void Find_NameOrRepository_GivesTheEntry(string model, string? expected) => Assert.Equal(expected, ModelCatalog.Find(model)?.Id);

    [Theory]
    [InlineData("ms-marco-MiniLM-L6-v2", "cross-encoder/ms-marco-MiniLM-L-6-v2")]
    [InlineData("bge-reranker-larg", "BAAI/bge-reranker-large")]
    [InlineData("jina reranker v2 base multilingual", "jinaai/jina-reranker-v2-base-multilingual")]
    [InlineData("QWEN3-RERANKER-0.6B", "Qwen/Qwen3-Reranker-0.6B")]
    public void Problem_AlmostAName_GivesTheNearest(string model, string expected) =>
        Assert.Equal($"expected the name of a model as owner/name. Did you mean {expected}?", ModelName.Problem(model));

    [Theory]
    [InlineData("BAAI/bge-reranker-large", null, "config.json tokenizer.json tokenizer_config.json? onnx/model.onnx onnx/model.onnx_data")]
    [InlineData("BAAI/bge-reranker-base", null, "config.json tokenizer.json tokenizer_config.json? onnx/model.onnx")]
    [InlineData("Qwen/Qwen3-Reranker-0.6B", null, "config.json tokenizer.json tokenizer_config.json? onnx/model_quantized.onnx")]
    [InlineData(
        "BAAI/bge-reranker-v2-m3",
        "onnx/model_q4.onnx",
        "config.json tokenizer.json tokenizer_config.json? onnx/model_q4.onnx onnx/model_q4.onnx_data?")]
    [InlineData(
        "cross-encoder/ettin-reranker-17m-v1",
        null,
        "config.json tokenizer.json tokenizer_config.json? modules.json config_sentence_transformers.json? sentence_bert_config.json? onnx/model.onnx")]
    [InlineData(
        "someone/else",
        null,
        "config.json tokenizer.json tokenizer_config.json? modules.json? config_sentence_transformers.json? sentence_bert_config.json? "
            + "onnx/model.onnx onnx/model.onnx_data?")]
    public void For_Model_PlansWhatIsFetched(string model, string? modelFile, string expected) =>
        Assert.Equal(expected, string.Join(' ', ModelPlan.For(model, null, modelFile).Files.Select(file => file.Path + (file.IsOptional ? "?" : ""))));

    [Fact]
    public void Docs_TableOfTheStore_IsTheCatalog()
    {
        string[] lines = ReadPage("providers/model-store.md").Split('\n');

        Assert.Equal(
            ModelCatalog.Entries.Select(Row),
            lines.Where(
                line => line.StartsWith("| `", StringComparison.Ordinal)
                    && line.Contains('/', StringComparison.Ordinal)
                    && line.Count(character => character == '|') == 9));
    }

    [Fact]
    public void Docs_TableToChooseFrom_HasTheWholeCatalog()
    {
        string[] lines = ReadPage("models.md").Split('\n');

        Assert.Equal(
            ModelCatalog.Entries.Select(ShortRow),
            lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal))
                .Select(line => line.Split(" | not run | ")[0]));
    }

    [Fact]
    public void Docs_Snippets_AreCodeThatRuns()
    {
        string page = ReadPage("providers/model-store.md");
        string code = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "tests", "Reranking.Onnx.Tests", "Hub", "OnnxRelevanceScorerModelTests.cs"));
        string json = page.Split("```json\n")[1].Split("```")[0];
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        using ServiceProvider provider = new ServiceCollection()
            .AddModelStore(configuration.GetSection("Reranking:ModelStore"))
            .AddOptions<OnnxScorerOptions>().Bind(configuration.GetSection("Reranking:Scorers:local")).Services
            .BuildServiceProvider();

        Assert.All(page.Split("```csharp\n")[1].Split("```")[0].Trim().Split('\n'), line => Assert.Contains(line, code, StringComparison.Ordinal));
        Assert.Equal("BAAI/bge-reranker-v2-m3", provider.GetRequiredService<IOptions<OnnxScorerOptions>>().Value.Model);
        Assert.Equal("/var/lib/models", provider.GetRequiredService<IOptions<ModelStoreOptions>>().Value.CacheFolder);
    }

    private static string Row(ModelCatalogEntry entry)
    {
        string repository = entry.ModelFiles.Count == 0 ? "no public export known" : entry.Repository == entry.Id ? "itself" : $"`{entry.Repository}`";
        string revision = entry.Revision == "main" ? "first use" : "commit";
        string hashes = string.Join("; ", entry.ModelFiles.Where(file => file.Sha256 is not null).Select(file => $"`{Path.GetFileName(file.Path)}`"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{entry.Id}` | {repository} | {revision} | {hashes} | {Size(entry)} | {entry.MaxTokens:N0} | " +
            $"{string.Join(", ", entry.Languages)} | {License(entry)} |");
    }

    private static string ShortRow(ModelCatalogEntry entry) =>
        string.Create(
            CultureInfo.InvariantCulture, $"| `{entry.Id}` | {string.Join(", ", entry.Languages)} | {License(entry)} | {Size(entry)} | {entry.MaxTokens:N0}");

    private static string Size(ModelCatalogEntry entry) =>
        entry.ApproximateSizeMB is { } megabytes ? string.Create(CultureInfo.InvariantCulture, $"{megabytes:N0} MB") : "not known";

    private static string License(ModelCatalogEntry entry) =>
        entry.License.Contains("-nc-", StringComparison.Ordinal) ? $"**{entry.License}: no commercial use**" : entry.License;

    private static string ReadPage(string page) => File.ReadAllText(Path.Combine(RepositoryFolder.Root, "docs", page)).ReplaceLineEndings("\n");
}

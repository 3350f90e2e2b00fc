using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>Which files are asked for, in which order, and what they are held to.</summary>
public sealed class ModelPlanTests
{
    private const string Known = "BAAI/bge-reranker-v2-m3";
    private const string Quantized = "onnx/model_quantized.onnx";

    [Fact]
    public void For_UnknownModel_TakesTheUsualNamesOnTrust()
    {
        ModelPlan plan = ModelPlan.For("owner/name", revision: null, modelFile: null);

        Assert.Equal(
            ("owner/name", "owner/name", "main", "onnx/model.onnx", false), (plan.Model, plan.Repository, plan.Revision, plan.ModelFile, plan.IsKnown));
        Assert.Equal(
            [
                ("config.json", null, false), ("tokenizer.json", null, false), ("tokenizer_config.json", null, true),
                ("modules.json", null, true), ("config_sentence_transformers.json", null, true), ("sentence_bert_config.json", null, true),
                ("onnx/model.onnx", null, false), ("onnx/model.onnx_data", null, true),
            ],
            plan.Files.Select(static file => (file.Path, file.Sha256, file.IsOptional)));
    }

    [Fact]
    public void For_KnownModel_IsHeldToTheHashesOfItsCommit()
    {
        ModelCatalogEntry entry = ModelCatalog.Find(Known)!;
        ModelPlan plan = ModelPlan.For(Known, revision: null, Quantized);

        Assert.Equal((Known, entry.Repository, entry.Revision, true), (plan.Model, plan.Repository, plan.Revision, plan.IsKnown));
        Assert.Equal(["config.json", "tokenizer.json", "tokenizer_config.json", Quantized], plan.Files.Select(static file => file.Path));
        Assert.Equal(entry.Files.Single(static file => file.Path == "tokenizer.json").Sha256, plan.Files[1].Sha256);
        Assert.Equal(entry.ModelFiles.Single(static file => file.Path == Quantized).Sha256, plan.Files[^1].Sha256);
        Assert.All(plan.Files, static file => Assert.Equal((ModelFileTrust.Catalog, null), (file.Trust, file.RecordedIn)));
    }

    [Fact]
    public void For_WeightsBesideTheGraph_AreNeededWhereTheCatalogSaysSo()
    {
        Assert.Contains(ModelPlan.For(Known, null, null).Files, static file => file is { Path: "onnx/model.onnx_data", IsOptional: false });
        Assert.Contains(ModelPlan.For(Known, null, "onnx/other.onnx").Files, static file => file is { Path: "onnx/other.onnx_data", IsOptional: true });
        Assert.DoesNotContain(ModelPlan.For(Known, null, Quantized).Files, static file => file.Path.EndsWith("_data", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("0123456789abcdef0123456789abcdef01234567")]
    public void For_AnotherRevision_HasNoHashes(string revision)
    {
        ModelPlan plan = ModelPlan.For(Known, revision, Quantized);

        Assert.Equal(revision, plan.Revision);
        Assert.All(plan.Files, static file => Assert.Null(file.Sha256));
    }

    [Fact]
    public void For_RevisionOfTheCatalogSpelledOut_HasItsHashes() =>
        Assert.NotNull(ModelPlan.For(Known, ModelCatalog.Find(Known)!.Revision, Quantized).Files[^1].Sha256);

    [Fact]
    public void For_NoExportKnown_TakesAFileThatIsNamed()
    {
        const string Model = "mixedbread-ai/mxbai-rerank-base-v2";

        Assert.Throws<RelevanceScoringException>(() => ModelPlan.For(Model, null, null));
        Assert.Equal("onnx/model.onnx", ModelPlan.For(Model, null, "onnx/model.onnx").ModelFile);
    }

    [Fact]
    public void WithRecorded_HashOfTheFirstDownload_CountsWhereTheCatalogHasNone()
    {
        var first = new ModelManifestFile { Path = "a", Length = 1, Sha256 = new string('1', 64), Trust = ModelFileTrust.Endpoint };
        var open = new PlannedFile("a", null, IsOptional: false);
        var known = new PlannedFile("a", new string('2', 64), IsOptional: false);

        Assert.Equal(
            (first.Sha256, ModelFileTrust.Endpoint, "folder"),
            (open.WithRecorded(first, "folder").Sha256, open.WithRecorded(first, "folder").Trust, open.WithRecorded(first, "folder").RecordedIn));
        Assert.Same(known, known.WithRecorded(first, "folder"));
        Assert.Same(open, open.WithRecorded(null, "folder"));
    }
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>What the declared dimensions of an output mean, on real graphs.</summary>
public sealed class ModelOutputResolveTests : IDisposable
{
    private const int VocabularySize = 100;

    private readonly TemporaryFolder _folder = TestModels.Unpack();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { -1 }, "{}", 1, 1, false, false)]
    [InlineData(new[] { -1, 1 }, "{}", 2, 1, true, false)]
    [InlineData(new[] { -1, 3 }, "{}", 2, 3, true, false)]
    [InlineData(new[] { -1, -2 }, "{}", 2, -1, true, false)]
    [InlineData(new[] { -1, -2, 8 }, "{}", 3, 8, false, false)]
    [InlineData(new[] { -1, 1, 8 }, "{}", 3, 8, true, false)]
    [InlineData(new[] { -1, -2, 99 }, "{}", 3, 99, false, false)]
    [InlineData(new[] { -1, -2, 100 }, "{}", 3, 100, false, true)]   // as wide as the vocabulary: logits of its tokens
    [InlineData(new[] { -1, 1, 128 }, "{}", 3, 128, true, true)]
    [InlineData(new[] { -1, 100 }, "{}", 2, 100, true, true)]
    [InlineData(new[] { -1, -2, -3 }, "{}", 3, -1, false, false)]
    [InlineData(new[] { -1, -2, -3 }, "{ \"architectures\": [\"QwenForCausalLM\"] }", 3, 100, false, true)]   // as wide as the tokenizer says
    [InlineData(new[] { -1, -2, -3 }, "{ \"architectures\": [\"QwenForCausalLM\"], \"vocab_size\": 128 }", 3, 128, false, true)]
    [InlineData(new[] { -1, -2, 8 }, "{ \"architectures\": [\"QwenForCausalLM\"] }", 3, 8, false, false)]
    public void Resolve_Dimensions_MeanRowsAndWidths(int[] dimensions, string config, int rank, int width, bool hasOnePosition, bool isTokenLogits)
    {
        ModelOutput output = Resolve(config, ["logits"], ("logits", dimensions));

        Assert.Equal(
            new ModelOutput("logits", TensorElementType.Float, rank, width, hasOnePosition, isTokenLogits),
            output);
    }

    [Theory]
    [InlineData("a", "b", "b")]
    [InlineData("b", "a", "b")]
    [InlineData("logits", "b", "logits")]
    [InlineData("b", "logits", "logits")]
    public void Resolve_SeveralOutputs_TakesTheFirstOfTheExpectedNames(string first, string second, string expected) =>
        Assert.Equal(expected, Resolve("{}", ["logits", "b", "a"], (first, [-1, 3]), (second, [-1, 3])).Name);

    [Fact]
    public void Resolve_OnlyOutput_IsTakenWhateverItsName() => Assert.Equal("anything", Resolve("{}", ["logits"], ("anything", [-1, 3])).Name);

    [Fact]
    public void Resolve_FourDimensions_IsRefused() => Assert.Equal(
        $"'{_folder.File("model.onnx")}' has the output logits of type Float and shape [-1, -1, 2, 3]; "
        + "expected Float or Float16 of 1 to 3 dimensions. Check OnnxScorerOptions:ModelPath.",
        Assert.Throws<RelevanceScoringException>(() => Resolve("{}", ["logits"], ("logits", [-1, -2, 2, 3]))).Message);

    private ModelOutput Resolve(string config, string[] names, params (string Name, int[] Dimensions)[] outputs)
    {
        // The graph is only declared; nothing runs.
        OnnxWriter[] nodes =
        [
            OnnxWriter.Node("Cast", ["input_ids"], "x", OnnxWriter.Attribute("to", 1)),
            OnnxWriter.Node("Unique", ["input_ids"], "shape"),
            .. outputs.Select(static output => OnnxWriter.Node("Reshape", ["x", "shape"], output.Name)),   // of a shape that nobody knows but who declares it
        ];
        File.WriteAllBytes(_folder.File("model.onnx"), OnnxWriter.Model(nodes, [], outputs));
        File.WriteAllText(_folder.File("config.json"), config);
        var options = new OnnxScorerOptions { ModelPath = _folder.Path };
        ModelFolder folder = ModelFolder.Open(_folder.Path, options);
        using InferenceSession session = SessionFactory.Open(folder.ModelFile, options);
        return ModelOutput.Resolve(folder, session.OutputMetadata, names, ModelConfiguration.Read(folder), VocabularySize);
    }
}

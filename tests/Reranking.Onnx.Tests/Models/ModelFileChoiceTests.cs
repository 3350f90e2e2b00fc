using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>Which of several ONNX files is taken on which processor, by the names that exporters use.</summary>
public sealed class ModelFileChoiceTests
{
    private const string All =
        "onnx/model_fp16.onnx onnx/model_qint8_arm64.onnx onnx/model_qint8_avx512.onnx onnx/model_qint8_avx512_vnni.onnx onnx/model_quint8_avx2.onnx";

    [Theory]
    [InlineData(All, "AMX-INT8", "onnx/model_qint8_avx512_vnni.onnx")]
    [InlineData(All, "AVX512-VNNI", "onnx/model_qint8_avx512_vnni.onnx")]
    [InlineData(All, "AVX-512", "onnx/model_qint8_avx512.onnx")]
    [InlineData(All, "AVX-VNNI", "onnx/model_quint8_avx2.onnx")]
    [InlineData(All, "AVX2", "onnx/model_quint8_avx2.onnx")]
    [InlineData(All, "NEON dot product", "onnx/model_qint8_arm64.onnx")]
    [InlineData(All, "SSE", null)]
    [InlineData(All, "portable", null)]
    [InlineData("model_quint8_avx2.onnx model_qint8_arm64.onnx", "AVX512-VNNI", "model_quint8_avx2.onnx")]
    [InlineData("model_quint8_avx2.onnx model_qint8_avx2.onnx", "AVX2", null)]
    [InlineData("model_fp16.onnx model_quantized.onnx", "AVX2", "model_quantized.onnx")]
    [InlineData("model_fp16.onnx model_quantized.onnx model_q4.onnx", "AVX2", null)]
    [InlineData("model_qint8_arm64.onnx reranker.onnx", "AVX2", "reranker.onnx")]
    [InlineData("alavx2.onnx b.onnx", "AVX2", null)]
    [InlineData("Model-Quint8-AVX2.onnx b.onnx", "AVX2", "Model-Quint8-AVX2.onnx")]
    public void Choose_OnAProcessor_TakesWhatItIsMadeFor(string files, string instructionSet, string? expected) =>
        Assert.Equal(expected, ModelFileChoice.Choose(files.Split(' '), ProcessorDescription.For(instructionSet), isAccelerated: false)?.File);

    [Theory]
    [InlineData(All, "onnx/model_fp16.onnx")]
    [InlineData("model_float16.onnx model_quint8_avx2.onnx", "model_float16.onnx")]
    [InlineData("model_quint8_avx2.onnx reranker.onnx", "reranker.onnx")]
    [InlineData("a_fp16.onnx b_fp16.onnx", null)]
    public void Choose_OnAnAccelerator_TakesHalfPrecision(string files, string? expected) =>
        Assert.Equal(expected, ModelFileChoice.Choose(files.Split(' '), ProcessorDescription.For("AVX2"), isAccelerated: true)?.File);

    [Fact]
    public void Choose_Always_SaysWhy() => Assert.Equal(
        "made for avx512, the best of them for a processor with AVX-512",
        ModelFileChoice.Choose(All.Split(' '), ProcessorDescription.For("AVX-512"), isAccelerated: false)?.Reason);

    [Fact]
    public void Open_FilesForProcessors_TakesOneAndModelFileOverridesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        foreach (string name in (string[])["avx512_vnni", "avx512", "avx2", "arm64", "fp16"])
        {
            File.Copy(folder.File("model.onnx"), folder.File($"model_{name}.onnx"));
        }

        ModelFolder plain = ModelFolder.Open(folder.Path, new OnnxScorerOptions());
        File.Delete(folder.File("model.onnx"));
        (string File, string Reason)? expected = ModelFileChoice.Choose(
            ["model_arm64.onnx", "model_avx2.onnx", "model_avx512.onnx", "model_avx512_vnni.onnx", "model_fp16.onnx"],
            ProcessorDescription.Current,
            isAccelerated: false);
        Assert.SkipWhen(expected is null, "This processor has none of the instructions that files are named after.");
        ModelFolder chosen = ModelFolder.Open(folder.Path, new OnnxScorerOptions());
        ModelFolder overridden = ModelFolder.Open(folder.Path, new OnnxScorerOptions { ModelFile = "model_fp16.onnx" });

        Assert.Equal((folder.File("model.onnx"), null), (plain.ModelFile, plain.ModelFileReason));
        Assert.Equal((folder.File(expected!.Value.File), expected.Value.Reason), (chosen.ModelFile, chosen.ModelFileReason));
        Assert.Equal((folder.File("model_fp16.onnx"), null), (overridden.ModelFile, overridden.ModelFileReason));
    }
}

using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

public sealed class OnnxFileTests
{
    private static readonly OnnxWriter Identity = OnnxWriter.Node("Identity", ["input_ids"], "logits");

    [Theory]
    [InlineData("bert/model")]
    [InlineData("modernbert/model")]
    [InlineData("qwen3-reranker/model")]
    [InlineData("bert-variants/logits-float16")]
    public void IsComplete_RealModels_AreAndNoPartOfThemIs(string model)
    {
        using TemporaryFolder folder = TestModels.Unpack(model);
        byte[] bytes = File.ReadAllBytes(folder.File("model.onnx"));

        Assert.True(IsComplete(bytes));
        Assert.All(
            (int[])[0, 1, 2, 3, 100, bytes.Length / 2, bytes.Length - 1],
            length => Assert.False(IsComplete(bytes[..length]), $"{length} of {bytes.Length} bytes"));
        Assert.False(IsComplete([.. bytes, 0x3C]));
        Assert.Empty(ExternalData(bytes));
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("{\"error\":\"Repository not found\"}")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")]
    [InlineData("Not Found")]
    [InlineData("\n\n\n")]
    [InlineData("PK\u0003\u0004")]
    public void IsComplete_OtherThings_AreNot(string content) => Assert.False(IsComplete(System.Text.Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void IsComplete_FieldsOfAModelInAnyOrder_NeedsAGraph()
    {
        OnnxWriter header = new OnnxWriter().Number(1, 8).Text(2, "producer").Number(5, 1);

        Assert.False(IsComplete(header.ToArray()));
        Assert.True(IsComplete(header.Bytes(7, []).ToArray()));
        Assert.True(IsComplete(new OnnxWriter().Bytes(7, []).Text(25, "function").Number(1, 8).ToArray()));
        Assert.True(IsComplete(new OnnxWriter().Bytes(7, []).Text(26, "of a later version").Number(127, 1).ToArray()));
    }

    [Theory]
    [InlineData(new byte[] { 0x3A, 0, 0x08 })]                                      // a number that does not come
    [InlineData(new byte[] { 0x3A, 0, 0x3A, 0x05, 1, 2 })]                          // bytes that do not come
    [InlineData(new byte[] { 0x3A, 0, 0x0A, 0 })]                                   // the version as bytes
    [InlineData(new byte[] { 0x3A, 0, 0x10, 1 })]                                   // the producer as a number
    [InlineData(new byte[] { 0x3A, 0, 0x00, 0 })]                                   // field 0
    [InlineData(new byte[] { 0x3A, 0, 0x82, 0x08, 0 })]                             // field 128
    [InlineData(new byte[] { 0x3A, 0, 0x0B, 0 })]                                   // the start of a group
    [InlineData(new byte[] { 0x3A, 0, 0x11, 1, 2, 3, 4, 5, 6, 7, 8 })]              // 64 fixed bits
    [InlineData(new byte[] { 0x3A, 0, 0x15, 1, 2, 3, 4 })]                          // 32 fixed bits
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]   // 2^64 - 1 bytes
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]   // a number of eleven bytes
    public void IsComplete_BrokenFields_IsFalse(byte[] bytes) => Assert.False(IsComplete(bytes));

    [Fact]
    public void ExternalData_WeightsAtEveryPlace_AreFoundOnceAndInOrder()
    {
        OnnxWriter inner = new OnnxWriter().Message(5, OnnxWriter.ExternalTensor("in-subgraph"));
        OnnxWriter constant = OnnxWriter.Node("Constant", [], "c", new OnnxWriter().Text(1, "value").Message(5, OnnxWriter.ExternalTensor("in-constant")));
        OnnxWriter branch = OnnxWriter.Node("If", ["c"], "d", new OnnxWriter().Text(1, "then_branch").Message(6, inner));
        OnnxWriter many = OnnxWriter.Node(
            "Many", [], "e", new OnnxWriter().Message(10, OnnxWriter.ExternalTensor("in-tensors")).Message(11, new OnnxWriter().Message(1, constant)));
        OnnxWriter sparse = new OnnxWriter().Message(1, OnnxWriter.ExternalTensor("sparse-values")).Message(2, OnnxWriter.ExternalTensor("sparse-indices"));
        OnnxWriter graph = new OnnxWriter()
            .Message(1, constant).Message(1, branch).Message(1, many)
            .Message(5, OnnxWriter.ExternalTensor("weights_0")).Message(5, OnnxWriter.ExternalTensor("weights_1"))
            .Message(5, OnnxWriter.ExternalTensor("weights_0"))
            .Message(15, sparse);
        OnnxWriter function = new OnnxWriter().Message(7, OnnxWriter.Node("C", [], "c", new OnnxWriter().Message(5, OnnxWriter.ExternalTensor("in-function"))));
        byte[] model = new OnnxWriter().Number(1, 8).Message(7, graph).Message(25, function).ToArray();

        Assert.Equal(
            ["in-constant", "in-function", "in-subgraph", "in-tensors", "sparse-indices", "sparse-values", "weights_0", "weights_1"], ExternalData(model));
    }

    [Fact]
    public void ExternalData_ValueBeforeKeyAndOtherKeys_TakesTheLocation()
    {
        OnnxWriter tensor = new OnnxWriter()
            .Message(13, new OnnxWriter().Text(2, "weights").Text(1, "location"))
            .Message(13, new OnnxWriter().Text(1, "checksum").Text(2, "no-file"))
            .Message(13, new OnnxWriter().Text(1, "location").Text(2, ""));

        Assert.Equal(["weights"], ExternalData(new OnnxWriter().Message(7, new OnnxWriter().Message(5, tensor)).ToArray()));
    }

    [Fact]
    public void ExternalData_WeightsInTheFile_AreNone() =>
        Assert.Empty(ExternalData(OnnxWriter.Model([Identity], [OnnxWriter.Tensor("w", 1, 2, 3)], ("logits", [-1, -2]))));

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    public void ExternalData_GraphsInGraphs_AreFollowedToADepthThatAStackHas(int depth)
    {
        OnnxWriter graph = new OnnxWriter().Message(5, OnnxWriter.ExternalTensor("deep"));
        for (int i = 0; i < depth; i++)
        {
            graph = new OnnxWriter().Message(1, OnnxWriter.Node("If", [], "", new OnnxWriter().Message(6, graph)));
        }

        Assert.Equal(depth == 10 ? ["deep"] : [], ExternalData(new OnnxWriter().Message(7, graph).ToArray()));
    }

    [Fact]
    public void ExternalData_AnyBytesOfAModel_AreReadWithoutAnException()
    {
        byte[] model = OnnxWriter.Model([Identity], [OnnxWriter.ExternalTensor("weights"), OnnxWriter.Tensor("w", 1)], ("logits", [-1, -2]));
        var random = new Random(7);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = (byte[])model.Clone();
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(bytes.Length + 1)];
            _ = IsComplete(bytes);
            Assert.All(ExternalData(bytes), name => Assert.NotEmpty(name));
        }
    }

    private static bool IsComplete(byte[] bytes) => OnnxFile.IsComplete(new MemoryStream(bytes));

    private static IReadOnlyCollection<string> ExternalData(byte[] bytes) => OnnxFile.ExternalData(new MemoryStream(bytes));
}

using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

public sealed class ModelOutputTests
{
    [Theory]
    [InlineData(1, 1, false, false, new long[] { 2 })]
    [InlineData(2, 1, true, false, new long[] { 2, 1 })]
    [InlineData(2, 3, true, false, new long[] { 2, 3 })]
    [InlineData(2, 100, true, true, new long[] { 2, 100 })]
    [InlineData(3, 1, true, false, new long[] { 2, 1, 1 })]
    [InlineData(3, 1, false, false, new long[] { 2, 1, 1 })]          // one logit, whatever the graph calls the dimension between
    [InlineData(3, 384, false, false, new long[] { 2, 7, 384 })]
    [InlineData(3, 100, false, true, new long[] { 2, 7, 100 })]
    [InlineData(3, 100, true, true, new long[] { 2, 1, 100 })]
    public void Shape_EachKindOfOutput_HasARowPerInputOrPerToken(int rank, int width, bool hasOnePosition, bool isTokenLogits, long[] expected) =>
        Assert.Equal(expected, Output(rank, width, hasOnePosition, isTokenLogits).Shape(batchSize: 2, length: 7));

    [Theory]
    [InlineData(3, 384, false, false, true)]
    [InlineData(3, -1, false, false, true)]
    [InlineData(3, 1, false, false, false)]
    [InlineData(3, 384, true, false, false)]
    [InlineData(2, 384, true, false, false)]
    [InlineData(3, 384, false, true, false)]
    public void IsTokenVectors_EachKindOfOutput_IsThatOfAnEmbeddingModel(int rank, int width, bool hasOnePosition, bool isTokenLogits, bool expected) =>
        Assert.Equal(expected, Output(rank, width, hasOnePosition, isTokenLogits).IsTokenVectors);

    private static ModelOutput Output(int rank, int width, bool hasOnePosition, bool isTokenLogits) =>
        new("logits", TensorElementType.Float, rank, width, hasOnePosition, isTokenLogits);
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Engine;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>What a graph is fed with.</summary>
public sealed class GraphInputsTests
{
    [Fact]
    public void Fill_InputsOfSeveralLengths_ArePaddedAtTheirEnd()
    {
        using var model = new TinyModel();
        var buffers = new RunBuffers();

        Fill(new GraphInputs(model.Profile with { PadTokenId = 9 }, model.Session.InputMetadata), buffers, 3, 1);

        Assert.Equal([1000, 1001, 1002, 2000, 9, 9], buffers.Ids(6).ToArray());
        Assert.Equal([0, 1, 0, 0, 0, 0], buffers.Types(6).ToArray());
        Assert.Equal([1, 1, 1, 1, 0, 0], buffers.Mask(6).ToArray());
    }

    [Fact]
    public void Fill_ModelThatPadsLeft_IsPaddedAtItsStart()
    {
        using var model = new TinyModel();
        var buffers = new RunBuffers();

        Fill(new GraphInputs(model.Profile with { PadTokenId = 9, PadsLeft = true }, model.Session.InputMetadata), buffers, 4, 2, 1);

        Assert.Equal([1000, 1001, 1002, 1003, 9, 9, 2000, 2001, 9, 9, 9, 3000], buffers.Ids(12).ToArray());
        Assert.Equal([0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0], buffers.Types(12).ToArray());
        Assert.Equal([1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1], buffers.Mask(12).ToArray());
    }

    [Theory]
    [InlineData(0, new long[] { 0, 1, 2, 1, 1, 0 })]
    [InlineData(2, new long[] { 2, 3, 4, 1, 1, 2 })]
    public void Fill_ModelWithPositions_CountsThemFromTheFirstTokenOfEachInput(int firstPosition, long[] expected)
    {
        using var model = new TinyModel("qwen3-reranker/model", new OnnxScorerOptions { Prompt = "Qwen3" });
        var inputs = new GraphInputs(model.Profile with { FirstPosition = firstPosition }, model.Session.InputMetadata);
        var buffers = new RunBuffers();
        Assert.Contains("position_ids", inputs.Names);
        Assert.True(model.Profile.PadsLeft);

        Fill(inputs, buffers, 3, 1);

        Assert.Equal(expected, buffers.Positions(6).ToArray());
    }

    [Fact]
    public void Fill_BuffersOfALongerRun_KeepNothingOfIt()
    {
        using var model = new TinyModel();
        var inputs = new GraphInputs(model.Profile with { PadTokenId = 9 }, model.Session.InputMetadata);
        var buffers = new RunBuffers();
        Fill(inputs, buffers, 40, 40, 40);

        Fill(inputs, buffers, 2, 1);

        Assert.Equal([1000, 1001, 2000, 9], buffers.Ids(4).ToArray());
        Assert.Equal([0, 1, 0, 0], buffers.Types(4).ToArray());
        Assert.Equal([1, 1, 1, 0], buffers.Mask(4).ToArray());
    }

    [Theory]
    [InlineData("bert/model", TensorElementType.Int64)]
    [InlineData("bert-variants/inputs-int32", TensorElementType.Int32)]
    public void Bind_EachInput_HasTheValuesTheShapeAndTheTypeOfTheGraph(string variant, TensorElementType type)
    {
        using var model = new TinyModel(variant);
        var inputs = new GraphInputs(model.Profile with { PadTokenId = 9 }, model.Session.InputMetadata);
        var buffers = new RunBuffers();
        Fill(inputs, buffers, 3, 1);

        OrtValue[] values = inputs.Bind(batchSize: 2, length: 3, buffers);

        try
        {
            Assert.Equal(model.Session.InputMetadata.Keys.Order(), inputs.Names.Order());
            foreach ((string name, OrtValue value) in inputs.Names.Zip(values))
            {
                OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
                Assert.Equal([2, 3], info.Shape);
                Assert.Equal(type, info.ElementDataType);
                long[] expected = name switch
                {
                    "input_ids" => [1000, 1001, 1002, 2000, 9, 9],
                    "attention_mask" => [1, 1, 1, 1, 0, 0],
                    _ => [0, 1, 0, 0, 0, 0],
                };
                Assert.Equal(expected, type == TensorElementType.Int64 ? value.GetTensorDataAsSpan<long>().ToArray() : Widen(value));
            }
        }
        finally
        {
            GraphInputs.Release(values);
        }

        static long[] Widen(OrtValue value) => [.. value.GetTensorDataAsSpan<int>().ToArray().Select(static number => (long)number)];
    }

    [Fact]
    public void Bind_ModelWithAPast_IsFedAnEmptyOne()
    {
        using var model = new TinyModel("qwen3-reranker-past/model", new OnnxScorerOptions { Prompt = "Qwen3" });
        var inputs = new GraphInputs(model.Profile, model.Session.InputMetadata);
        var buffers = new RunBuffers();
        Fill(inputs, buffers, 3, 1);

        OrtValue[] values = inputs.Bind(batchSize: 2, length: 3, buffers);

        (string Name, OrtValue Value)[] past = [.. inputs.Names.Zip(values).Where(static input => PastInput.IsName(input.First))];
        Assert.NotEmpty(past);
        Assert.All(past, input =>
        {
            int[] declared = model.Session.InputMetadata[input.Name].Dimensions;
            Assert.Equal([2, declared[1], 0, declared[3]], input.Value.GetTensorTypeAndShape().Shape);
        });
        GraphInputs.Release(values);
    }

    private static void Fill(GraphInputs graph, RunBuffers buffers, params int[] lengths)
    {
        using TokenizedInputs inputs = TinyModel.Inputs(lengths);
        graph.Fill(inputs, [.. Enumerable.Range(0, lengths.Length)], lengths[0], buffers);
    }
}

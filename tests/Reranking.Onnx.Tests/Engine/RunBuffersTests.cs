using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class RunBuffersTests
{
    [Fact]
    public void Memory_AskedForAgain_IsTheSameUntilItHasToGrow()
    {
        var buffers = new RunBuffers();
        buffers.Ids(64).Span[3] = 7;

        Assert.Equal(7, buffers.Ids(10).Span[3]);
        Assert.Equal(10, buffers.Ids(10).Length);
        Assert.Equal(64 * sizeof(long), buffers.Size);
        _ = buffers.Ids(65);
        Assert.Equal(128 * sizeof(long), buffers.Size);
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(65, 128)]
    [InlineData(1 << 30, 1 << 30)]
    [InlineData((1 << 30) + 1, 0x7FFFFFC7)]
    [InlineData(0x7FFFFFC7, 0x7FFFFFC7)]
    public void CapacityFor_AnyLengthOfAnArray_IsOneOfAnArray(int length, int expected) => Assert.Equal(expected, RunBuffers.CapacityFor(length));

    [Fact]
    public void Size_AllBuffers_CountsTheBytesOfEach()
    {
        var buffers = new RunBuffers();
        _ = buffers.Ids(64);
        _ = buffers.Types(64);
        _ = buffers.Mask(64);
        _ = buffers.Positions(64);
        _ = buffers.Narrow(new long[32], part: 0, parts: 2);
        _ = buffers.Output(64);
        _ = buffers.HalfOutput(64);

        Assert.Equal((4 * 64 * 8) + (2 * 64 * 4) + (64 * 2), buffers.Size);
    }

    [Fact]
    public void Narrow_SeveralInputs_HaveMemoryOfTheirOwn()
    {
        var buffers = new RunBuffers();

        Memory<int> first = buffers.Narrow([1, 2, 3], part: 0, parts: 2);
        Memory<int> second = buffers.Narrow([4, 5, 6], part: 1, parts: 2);

        Assert.Equal([1, 2, 3], first.ToArray());
        Assert.Equal([4, 5, 6], second.ToArray());
    }

    [Fact]
    public void Widen_Halves_AreCopiedExactly()
    {
        Float16[] halves = [(Float16)0.5f, (Float16)(-2f), (Float16)65_504f];

        Assert.Equal([0.5f, -2f, 65_504f], RunBuffers.Widen(halves, new float[3]).ToArray());
    }
}

using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class RequestRunOptionsTests
{
    [Theory]
    [InlineData(2, new[] { 0, 1 }, new[] { 2, 3 })]
    [InlineData(0, new int[0], new[] { 0, 1 })]
    [InlineData(-3, new int[0], new[] { 0, 1 })]   // more slots than runs
    public void Indexer_LastRuns_ShrinkTheArena(int firstShrinking, int[] plain, int[] shrinking)
    {
        using var options = new RequestRunOptions(OnnxExecutionProvider.Cpu, firstShrinking);

        Assert.All(shrinking, run => Assert.Same(options[int.MaxValue], options[run]));
        Assert.All(plain, run => Assert.NotSame(options[int.MaxValue], options[run]));
    }

    [Fact]
    public void Terminate_BothKindsOfRuns_AreStopped()
    {
        using var options = new RequestRunOptions(OnnxExecutionProvider.Cpu, firstShrinking: 1);
        Assert.False(options[0].Terminate);
        Assert.False(options[1].Terminate);

        options.Terminate();

        Assert.True(options[0].Terminate);
        Assert.True(options[1].Terminate);
    }
}

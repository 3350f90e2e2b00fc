namespace Reranking.Onnx.Tests;

public sealed class PendingLoadsTests
{
    [Fact]
    public async Task WaitForAll_LoadUnderWay_WaitsForItsEndAndNotForever()
    {
        var load = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PendingLoads.Add(load.Task);

        Assert.False(PendingLoads.WaitForAll(TimeSpan.FromMilliseconds(1)));
        Task<bool> waiting = Task.Run(static () => PendingLoads.WaitForAll(TimeSpan.FromMinutes(10)));
        load.SetException(new InvalidOperationException("The model is broken."));

        Assert.True(await waiting);
    }
}

using System.Collections.Concurrent;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class InferenceSchedulerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_ManyRequests_NeverExceedsItsSlotsAndRunsEachPositionOnce(int slots)
    {
        var scheduler = new InferenceScheduler(slots);
        int underWay = 0;
        int most = 0;
        var runs = new ConcurrentBag<(int Request, int Position)>();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(request => scheduler.RunAsync(50, position =>
        {
            int now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            runs.Add((request, position));
            Thread.SpinWait(200);
            Interlocked.Decrement(ref underWay);
        }, CancellationToken.None)));

        Assert.InRange(most, 1, slots);
        Assert.Equal(1000, runs.Count);
        Assert.Equal(1000, runs.Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_SmallRequestBehindALargeOne_TakesTurns()
    {
        var scheduler = new InferenceScheduler(1);
        using var started = new ManualResetEventSlim();
        using var bothQueued = new ManualResetEventSlim();
        var order = new ConcurrentQueue<char>();

        Task large = scheduler.RunAsync(1000, position =>
        {
            if (position == 0)
            {
                started.Set();
                bothQueued.Wait();
            }

            order.Enqueue('L');
        }, CancellationToken.None);
        started.Wait(TestContext.Current.CancellationToken);
        Task small = scheduler.RunAsync(5, _ => order.Enqueue('s'), CancellationToken.None);
        bothQueued.Set();
        await Task.WhenAll(large, small);

        Assert.StartsWith("LLsLsLsLsLsL", string.Concat(order), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OneSlot_RunsInOrderOfPositions()
    {
        List<int> order = [];

        await new InferenceScheduler(1).RunAsync(100, order.Add, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task RunAsync_ARunThrows_DropsTheRestAndThrowsIt()
    {
        int runs = 0;
        var scheduler = new InferenceScheduler(1);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => scheduler.RunAsync(100, position =>
        {
            runs++;
            if (position == 3)
            {
                throw new InvalidOperationException("third");
            }
        }, CancellationToken.None));

        Assert.Equal("third", exception.Message);
        Assert.Equal(4, runs);
        await scheduler.RunAsync(1, _ => runs++, CancellationToken.None);
        Assert.Equal(5, runs);
    }

    [Fact]
    public async Task RunAsync_CanceledUnderWay_EndsWithTheRunUnderWay()
    {
        using var canceling = new CancellationTokenSource();
        int runs = 0;

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InferenceScheduler(1).RunAsync(100, position =>
        {
            runs++;
            if (position == 3)
            {
                canceling.Cancel();
            }
        }, canceling.Token));

        Assert.Equal(canceling.Token, exception.CancellationToken);
        Assert.Equal(4, runs);
    }

    [Fact]
    public async Task RunAsync_CanceledWhileWaitingForASlot_EndsAtOnce()
    {
        var scheduler = new InferenceScheduler(1);
        using var release = new ManualResetEventSlim();
        using var canceling = new CancellationTokenSource();
        int runs = 0;

        Task blocking = scheduler.RunAsync(1, _ => release.Wait(), CancellationToken.None);
        Task waiting = scheduler.RunAsync(10, _ => runs++, canceling.Token);
        await canceling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        release.Set();
        await blocking;
        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task RunAsync_NothingToRun_EndsAtOnce() =>
        await new InferenceScheduler(1).RunAsync(0, _ => Assert.Fail("nothing to run"), CancellationToken.None);

    [Fact]
    public void ForProcess_SameNumber_SharesTheSlots()
    {
        Assert.Same(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7));
        Assert.Same(
            InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, null),
            InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, Environment.ProcessorCount));
        Assert.NotSame(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 8));
        Assert.NotSame(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cuda, 7));
        Assert.Equal(1, InferenceScheduler.ForProcess(OnnxExecutionProvider.Cuda, null).MaxConcurrency);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen) is var found && found == seen ? value : found;
        }
    }
}

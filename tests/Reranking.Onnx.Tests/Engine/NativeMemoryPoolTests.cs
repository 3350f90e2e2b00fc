using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

/// <summary>The logits of language models: bounded in memory, and read at the right place.</summary>
public sealed class NativeMemoryPoolTests
{
    [Fact]
    public void Rent_NoRoomLeft_WaitsForARunUnderWay()
    {
        var pool = new NativeMemoryPool(100);
        NativeMemoryPool.Block first = pool.Rent(60, CancellationToken.None);
        NativeMemoryPool.Block second = default;
        var waiting = new Thread(() => second = pool.Rent(50, CancellationToken.None));
        waiting.Start();
        WaitUntilItSleeps(waiting);

        pool.Return(first);
        waiting.Join();

        Assert.Equal(first, second);   // without waiting there would be two
        Assert.Equal(60, pool.Size);
        pool.Return(second);
        pool.Trim();
        Assert.Equal(0, pool.Size);
    }

    [Fact]
    public void Rent_CanceledWhileItWaits_GivesUpItsPlace()
    {
        var pool = new NativeMemoryPool(100);
        NativeMemoryPool.Block first = pool.Rent(60, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Exception? exception = null;
        NativeMemoryPool.Block behind = default;
        var canceled = new Thread(() => exception = Record.Exception(() => pool.Rent(50, stop.Token)));
        canceled.Start();
        WaitUntilItSleeps(canceled);
        var next = new Thread(() => behind = pool.Rent(40, CancellationToken.None));
        next.Start();
        WaitUntilItSleeps(next);
        Assert.True(next.IsAlive);   // though there is room for it: it came later

        stop.Cancel();
        canceled.Join();
        next.Join();

        Assert.Equal(stop.Token, Assert.IsType<OperationCanceledException>(exception).CancellationToken);
        Assert.Equal((40, 100), (behind.Size, pool.Size));
        pool.Return(first);
        pool.Return(behind);
        pool.Trim();
    }

    [Fact]
    public void Rent_MoreThanTheLimit_IsGivenAlone()
    {
        var pool = new NativeMemoryPool(100);
        pool.Return(pool.Rent(90, CancellationToken.None));

        NativeMemoryPool.Block large = pool.Rent(1000, CancellationToken.None);

        Assert.Equal((1000, 1000), (large.Size, pool.Size));   // what was idle is gone
        pool.Return(large);
        pool.Trim();
    }

    [Fact]
    public void Rent_IdleBlockFarTooLarge_IsNotTaken()
    {
        var pool = new NativeMemoryPool(100);
        pool.Return(pool.Rent(80, CancellationToken.None));

        Assert.Equal(80, pool.Rent(40, CancellationToken.None).Size);
        Assert.Equal(19, pool.Rent(19, CancellationToken.None).Size);
        Assert.Equal(99, pool.Size);
    }

    [Theory]
    [InlineData(TensorElementType.Float)]
    [InlineData(TensorElementType.Float16)]
    public void Last_SeveralPositions_IsThatOfTheLastInEachRow(TensorElementType type)
    {
        var pool = new NativeMemoryPool(1000);
        using var logits = new TokenLogits(pool, type, batchSize: 2, positions: 2, width: 3, CancellationToken.None);
        using (OrtValue value = logits.Bind([2, 2, 3]))
        {
            for (int i = 0; i < 12; i++)
            {
                if (type == TensorElementType.Float)
                {
                    value.GetTensorMutableDataAsSpan<float>()[i] = i;
                }
                else
                {
                    value.GetTensorMutableDataAsSpan<Float16>()[i] = (Float16)i;
                }
            }
        }

        Assert.Equal([3f, 4f, 5f], logits.Last(0, new RunBuffers()).ToArray());
        Assert.Equal([9f, 10f, 11f], logits.Last(1, new RunBuffers()).ToArray());
    }

    private static void WaitUntilItSleeps(Thread thread) => SpinWait.SpinUntil(() => thread.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped);
}

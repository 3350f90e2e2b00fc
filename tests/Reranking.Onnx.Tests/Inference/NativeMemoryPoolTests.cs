using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx.Tests;

/// <summary>The logits of language models: bounded in memory, and read at the right place.</summary>
public sealed class NativeMemoryPoolTests
{
    [Fact]
    public void Rent_NoRoomLeft_WaitsForARunUnderWay()
    {
        var pool = new NativeMemoryPool(100);
        NativeMemoryPool.Block first = pool.Rent(60);
        NativeMemoryPool.Block second = default;
        var waiting = new Thread(() => second = pool.Rent(50));
        waiting.Start();
        SpinWait.SpinUntil(() => waiting.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped);

        pool.Return(first);
        waiting.Join();

        Assert.Equal(first, second);   // without waiting there would be two
        Assert.Equal(60, pool.Size);
        pool.Return(second);
        pool.Trim();
        Assert.Equal(0, pool.Size);
    }

    [Fact]
    public void Rent_MoreThanTheLimit_IsGivenAlone()
    {
        var pool = new NativeMemoryPool(100);
        pool.Return(pool.Rent(90));

        NativeMemoryPool.Block large = pool.Rent(1000);

        Assert.Equal((1000, 1000), (large.Size, pool.Size));   // what was idle is gone
        pool.Return(large);
        pool.Trim();
    }

    [Fact]
    public void Rent_IdleBlockFarTooLarge_IsNotTaken()
    {
        var pool = new NativeMemoryPool(100);
        pool.Return(pool.Rent(80));

        Assert.Equal(80, pool.Rent(40).Size);
        Assert.Equal(19, pool.Rent(19).Size);
        Assert.Equal(99, pool.Size);
    }

    [Theory]
    [InlineData(TensorElementType.Float)]
    [InlineData(TensorElementType.Float16)]
    public void Last_SeveralPositions_IsThatOfTheLastInEachRow(TensorElementType type)
    {
        var pool = new NativeMemoryPool(1000);
        using var logits = new TokenLogits(pool, type, batchSize: 2, positions: 2, width: 3);
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
}

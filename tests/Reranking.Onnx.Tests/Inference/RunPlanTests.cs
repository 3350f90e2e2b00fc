using CsCheck;

namespace Reranking.Onnx.Tests;

public sealed class RunPlanTests
{
    private static readonly Gen<int[]> Lengths = Gen.Int[1, 512].Array[0, 60];

    [Fact]
    public void OneByOne_AnyLengths_IsOneInputARunLongestFirst() => Lengths.Sample(lengths =>
    {
        RunPlan plan = RunPlan.OneByOne(new FakeInputs(lengths));

        int[] order = [.. Enumerable.Range(0, plan.Count).Select(run => plan[run].ToArray().Single())];
        Assert.Equal(Enumerable.Range(0, lengths.Length), order.Order());
        Assert.Equal(lengths.OrderDescending(), order.Select(i => lengths[i]));
    });

    [Fact]
    public void Batches_AnyLengths_HoldEachInputOnceAndStayBelowTheCaps() => Gen.Select(Lengths, Gen.Int[1, 4096], Gen.Int[1, 16]).Sample((lengths, maxTokens, maxCount) =>
    {
        RunPlan plan = RunPlan.Batches(new FakeInputs(lengths), maxTokens, maxCount);

        int[][] batches = [.. Enumerable.Range(0, plan.Count).Select(run => plan[run].ToArray())];
        Assert.Equal(Enumerable.Range(0, lengths.Length), batches.SelectMany(batch => batch).Order());
        Assert.Equal(lengths.OrderDescending(), batches.SelectMany(batch => batch).Select(i => lengths[i]));
        Assert.All(batches, batch => Assert.True(batch.Length == 1 || (batch.Length <= maxCount && batch.Length * lengths[batch[0]] <= maxTokens)));
    });

    [Fact]
    public void Batches_RoomForOneMore_TakesIt()
    {
        RunPlan plan = RunPlan.Batches(new FakeInputs([10, 10, 10, 10, 5]), maxTokens: 30);

        Assert.Equal([3, 2], Enumerable.Range(0, plan.Count).Select(run => plan[run].Length));
    }

    private sealed class FakeInputs(int[] lengths) : ModelInputs
    {
        public override int Count => lengths.Length;

        public override int Length(int index) => lengths[index];

        public override void Write(int index, Span<long> ids, Span<long> typeIds) => throw new NotSupportedException();
    }
}

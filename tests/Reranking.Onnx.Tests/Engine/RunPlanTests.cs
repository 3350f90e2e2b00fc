using CsCheck;
using Reranking.Onnx.Engine;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

public sealed class RunPlanTests
{
    private static readonly Gen<int[]> Lengths = Gen.Int[1, 512].Array[0, 60];

    [Fact]
    public void OneByOne_AnyLengths_IsOneInputARunLongestFirst() => Lengths.Sample(lengths =>
    {
        RunPlan plan = RunPlan.OneByOne(Inputs(lengths));

        int[] order = [.. Enumerable.Range(0, plan.Count).Select(run => plan[run].ToArray().Single())];
        Assert.Equal(Enumerable.Range(0, lengths.Length), order.Order());
        Assert.Equal(lengths.OrderDescending(), order.Select(i => lengths[i]));
    });

    [Fact]
    public void Batches_AnyLengths_HoldEachInputOnceAndStayWithinTheLimit() => Gen.Select(Lengths, Gen.Int[1, 4096]).Sample((lengths, maxTokens) =>
    {
        RunPlan plan = RunPlan.Batches(Inputs(lengths), maxTokens);

        int[][] batches = [.. Enumerable.Range(0, plan.Count).Select(run => plan[run].ToArray())];
        Assert.Equal(Enumerable.Range(0, lengths.Length), batches.SelectMany(batch => batch).Order());
        Assert.Equal(lengths.OrderDescending(), batches.SelectMany(batch => batch).Select(i => lengths[i]));
        Assert.All(batches, batch => Assert.True(batch.Length == 1 || batch.Length * lengths[batch[0]] <= maxTokens));
    });

    [Fact]
    public void Batches_RoomForOneMore_TakesIt()
    {
        RunPlan plan = RunPlan.Batches(Inputs(10, 10, 10, 10, 5), maxTokens: 30);

        Assert.Equal([3, 2], Enumerable.Range(0, plan.Count).Select(run => plan[run].Length));
    }

    [Fact]
    public void TokensOf_ARun_CountsThePaddingToo()
    {
        TokenizedInputs inputs = Inputs(3, 10, 5, 7);

        RunPlan alone = RunPlan.OneByOne(inputs);
        RunPlan batched = RunPlan.Batches(inputs, maxTokens: 20);

        Assert.Equal([10, 7, 5, 3], Enumerable.Range(0, alone.Count).Select(run => alone.TokensOf(inputs, run)));
        Assert.Equal([20, 10], Enumerable.Range(0, batched.Count).Select(run => batched.TokensOf(inputs, run)));
    }

    private static TokenizedInputs Inputs(params int[] lengths)
    {
        var inputs = new TokenizedInputs(lengths.Length);
        Array.ForEach(lengths, length => inputs.Add(length, out _, out _));
        return inputs;
    }
}

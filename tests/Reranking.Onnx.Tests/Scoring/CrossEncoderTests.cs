using Reranking.Onnx.Engine;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>Tiny fp32 models with golden logits: what they give is exact, alone and in padded batches.</summary>
public sealed class CrossEncoderTests
{
    [Theory]
    [InlineData("bert/model", 1e-4, 1)]
    [InlineData("bert-variants/logits-batch", 1e-4, 4)]   // the same weights with other inputs or outputs
    [InlineData("bert-variants/logits-batch-1-1", 1e-4, 4)]
    [InlineData("bert-variants/inputs-int32", 1e-4, 4)]
    [InlineData("bert-variants/logits-float16", 2e-3, 4)]   // half precision: 11 bits
    public async Task ScoreAsync_TinyModel_GivesTheGoldenLogits(string model, double tolerance, int every)
    {
        using TemporaryFolder folder = TestModels.Unpack(model);
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path);
        var check = new GoldenCheck();

        foreach (var group in TestModels.FixturePairs.Select((pair, index) => (pair, index)).GroupBy(item => item.pair.Query).Where((_, i) => i % every == 0))
        {
            string query = group.Key;
            string[] documents = [.. group.Select(item => item.pair.Document)];
            int[] pairs = [.. group.Select(item => item.index)];

            RelevanceScores alone = await encoder.ScoreAsync(new PairQuery(query), documents, CancellationToken.None);
            using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery(query), documents, CancellationToken.None);
            RelevanceScores batched = await encoder.ScoreAsync(inputs, RunPlan.Batches(inputs.Inputs, 8192), CancellationToken.None);

            for (int i = 0; i < documents.Length; i++)
            {
                (int tokens, double logit) = TestModels.FixtureGolden[pairs[i]];
                check.Equal(pairs[i], "tokens", tokens, alone[i].TokenCount);
                check.Near(pairs[i], "logit alone", logit, alone[i].RawValue, tolerance);
                check.Near(pairs[i], "logit in a batch", logit, batched[i].RawValue, tolerance);
            }
        }

        check.AssertNoDifference();
    }

    [Fact]
    public async Task ScoreAsync_DocumentsOfManyLengths_ReportsWhatWasCut()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.MaxInputTokens = 16);

        // [CLS] and two [SEP] leave 13 tokens.
        RelevanceScores scores = await encoder.ScoreAsync(new PairQuery("a b c"), [Words(9), Words(10), Words(11), Words(5000), ""], CancellationToken.None);

        Assert.Equal([15, 16, 16, 16, 6], scores.Select(score => score.TokenCount!.Value));
        Assert.Equal([false, false, true, true, false], scores.Select(score => score.IsTruncated));
        Assert.Equal(69, scores.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task ScoreAsync_QueryTooLong_ReportsEveryDocument()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.MaxInputTokens = 16);

        RelevanceScores scores = await encoder.ScoreAsync(new PairQuery(Words(5000)), ["a", ""], CancellationToken.None);

        Assert.All(scores, score => Assert.True(score.IsTruncated));
        Assert.All(scores, score => Assert.Equal(16, score.TokenCount));
    }

    [Fact]
    public async Task RunAsync_CanceledInTheMiddle_ReadsNoMoreThanTheRunsUnderWay()
    {
        using CrossEncoder encoder = TestModels.LoadEncoder(TestModels.Bundled, options => options.MaxConcurrency = 2);
        using var canceling = new CancellationTokenSource();
        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery("query"), [.. Enumerable.Repeat(Words(600), 100)], CancellationToken.None);
        int rows = 0;

        Task running = encoder.Engine.RunAsync(inputs.Inputs, encoder.Engine.Plan(inputs.Inputs), (_, tokens, _) =>
        {
            Assert.Equal(512, tokens);
            if (Interlocked.Increment(ref rows) == 5)
            {
                canceling.Cancel();
            }
        }, canceling.Token);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(canceling.Token, exception.CancellationToken);
        Assert.InRange(rows, 5, 6);   // the one that canceled, and the other slot's if it was ending just then
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("a", count));
}

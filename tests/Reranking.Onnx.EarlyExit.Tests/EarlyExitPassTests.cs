using System.Numerics.Tensors;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>A pass that documents leave early: who stays has the score of the full pass, and the memory between the parts is bounded.</summary>
[Collection(EarlyExitModels.Collection)]
public sealed class EarlyExitPassTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack("bert/model");

    public EarlyExitPassTests() => EarlyExitModels.Build(_folder.Path, layers: [1]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_TopN_LeavesTheBestWithTheScoresOfTheFullPass()
    {
        string[] documents = Documents(40);
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");
        RelevanceScores full = await ScoreAsync(encoder, documents, topN: null);
        RelevanceScores early = await ScoreAsync(encoder, documents, topN: 5);

        int kept = new EarlyExitStep(1, 0.5).CountOf(documents.Length, 5);
        Assert.All(full, score => Assert.False(score.IsEstimate));
        Assert.Equal(kept, early.Count(score => !score.IsEstimate));
        for (int i = 0; i < documents.Length; i++)
        {
            Assert.Equal(early[i].IsEstimate ? -1 : 0, early[i].Stage);
            Assert.True(early[i].IsEstimate || early[i] == full[i]);
        }
    }

    [Fact]
    public async Task ScoreAsync_WhoLeft_HasTheHighestEstimatesBehindThoseWhoStay()
    {
        string[] documents = Documents(30);
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");
        double[] estimates = await EstimateAsync(encoder, documents);

        RelevanceScores scores = await ScoreAsync(encoder, documents, topN: 2);

        int kept = scores.Count(score => !score.IsEstimate);
        int[] best = [.. Enumerable.Range(0, documents.Length).OrderByDescending(i => estimates[i]).Take(kept)];
        Assert.Equal(best.Order(), Enumerable.Range(0, documents.Length).Where(i => !scores[i].IsEstimate));
        Assert.All(
            Enumerable.Range(0, documents.Length).Where(i => scores[i].IsEstimate), i => Assert.Equal(estimates[i], scores[i].RawValue, 1e-9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task ScoreAsync_MoreWanted_KeepsMore(int topN)
    {
        string[] documents = Documents(60);
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");

        RelevanceScores scores = await ScoreAsync(encoder, documents, topN);

        Assert.Equal(new EarlyExitStep(1, 0.5).CountOf(60, topN), scores.Count(score => !score.IsEstimate));
    }

    [Theory]
    [InlineData(0)]           // nothing is kept, and everything computed again
    [InlineData(20_000)]
    [InlineData(1L << 30)]
    public async Task RunAsync_AnyRoomForStates_GivesTheSameScores(long limit)
    {
        string[] documents = Documents(50);
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");
        RelevanceScores expected = await ScoreAsync(encoder, documents, topN: 5);
        using PairInputs pairs = PairInputs.Encode(encoder.Format, new PairQuery("query"), documents, CancellationToken.None);
        var file = EarlyExitFile.Read(EarlyExitModels.Open(_folder.Path, "On"), "On");
        var pass = new EarlyExitPass(encoder.Engine, file, pairs, 5, encoder.ReadLogits) { MaxStatesSize = limit };

        PairScore[] scores = await pass.RunAsync(isBackground: false, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Select(score => score.RawValue), scores.Select(score => score.Logit));
    }

    [Fact]
    public async Task ScoreAsync_TenThousandDocuments_ReturnsAllMemoryAndKeepsWithinTheLimit()
    {
        string[] documents = Documents(10_000);
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");
        const long Limit = 1 << 20;
        using PairInputs pairs = PairInputs.Encode(encoder.Format, new PairQuery("query"), documents, CancellationToken.None);
        var file = EarlyExitFile.Read(EarlyExitModels.Open(_folder.Path, "On"), "On");
        long highest = 0;
        var pass = new EarlyExitPass(encoder.Engine, file, pairs, 5, Read) { MaxStatesSize = Limit };

        PairScore[] scores = await pass.RunAsync(isBackground: false, TestContext.Current.CancellationToken);

        Assert.Equal(new EarlyExitStep(1, 0.5).CountOf(10_000, 5), scores.Count(score => score.Stage == 0));
        Assert.InRange(highest, 1, Limit + (1 << 20));   // and what the runs under way hold
        Assert.Equal(0, HiddenStates.Size);

        double Read(ReadOnlySpan<float> values)
        {
            highest = Math.Max(highest, HiddenStates.Size);
            return encoder.ReadLogits(values);
        }
    }

    [Fact]
    public async Task ScoreAsync_Canceled_ReturnsAllMemory()
    {
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(_folder.Path, "On");
        using var stop = new CancellationTokenSource();
        Task<RelevanceScores> scoring = encoder.ScoreAsync(new PairQuery("query"), Documents(5_000), 5, isBackground: false, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring);
        Assert.Equal(0, HiddenStates.Size);
    }

    [Fact]
    public async Task ScoreAsync_Windows_LeaveWithTheirDocumentByTheBestOfThem()
    {
        string[] documents = [.. Enumerable.Range(0, 20).Select(i => string.Join(' ', Documents(60).Skip(i))), .. Documents(20)];
        OnnxScorerOptions options = new() { ModelPath = _folder.Path, EarlyExit = "On", LongDocuments = LongDocumentMode.Windows, WindowTokens = 32 };
        using CrossEncoder encoder = await CrossEncoder.LoadAsync(ModelFolder.Open(_folder.Path, options), options);
        RelevanceScores full = await ScoreAsync(encoder, documents, topN: null);

        RelevanceScores early = await ScoreAsync(encoder, documents, topN: 5);

        Assert.Contains(early, score => score is { IsEstimate: false, BestWindow: not null });
        Assert.Equal(new EarlyExitStep(1, 0.5).CountOf(documents.Length, 5), early.Count(score => !score.IsEstimate));
        for (int i = 0; i < documents.Length; i++)
        {
            Assert.True(early[i].IsEstimate ? early[i].BestWindow.HasValue == full[i].BestWindow.HasValue : early[i] == full[i]);
            Assert.Equal(full[i].TokenCount, early[i].TokenCount);
        }
    }

    private static string[] Documents(int count) => [.. Enumerable.Range(0, count).Select(static i =>
    {
        string text = TestModels.FixturePairs[i % 100].Document;
        return $"document {i} about {(i * 7919) % 101} things and {text[..Math.Min(40, text.Length)]}";
    })];

    private static Task<RelevanceScores> ScoreAsync(CrossEncoder encoder, string[] documents, int? topN) =>
        encoder.ScoreAsync(new PairQuery("query"), documents, topN, isBackground: false, TestContext.Current.CancellationToken);

    private async Task<double[]> EstimateAsync(CrossEncoder encoder, string[] documents)
    {
        EarlyExitProbe probe = EarlyExitFile.Read(EarlyExitModels.Open(_folder.Path, "On"), "On").Probes[0];
        using var teacher = new Fitting.Teacher(await EarlyExitModels.LoadAsync(_folder.Path, "On"));
        Fitting.TaughtPairs pairs = await teacher.ScoreAsync("query", documents, TestContext.Current.CancellationToken);
        return [.. pairs.Features[0].Select(features => TensorPrimitives.Dot(features, probe.Weights.Span) + probe.Bias)];
    }
}

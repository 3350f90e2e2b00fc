using System.Globalization;
using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>The builder on texts without labels, from the cut to the file that a scorer reads.</summary>
[Collection(EarlyExitModels.Collection)]
public sealed class EarlyExitBuilderTests
{
    private static readonly string[] Passages =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "knowledge"), "*.md")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Split("\n## ").Skip(1)),
    ];

    private static readonly string[] Questions =
    [
        .. TestModels.ReadLines(Path.Combine(AppContext.BaseDirectory, "knowledge", "questions.jsonl"))
            .Select(line => line.GetProperty("question").GetString()!),
    ];

    [Fact]
    public async Task BuildAsync_QueriesCutFromPassages_WritesWhatAScorerRunsWith()
    {
        using TemporaryFolder folder = TestModels.Unpack("bert/model");
        var progress = new List<EarlyExitProgress>();

        EarlyExitReport report = await EarlyExitBuilder.BuildAsync(
            Options(folder, maxPairs: 2_000, topN: 3), Passages, progress: new Collecting(progress), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(folder.File("early-exit.json"), report.File);
        Assert.InRange(report.Agreement, 0.5, 1);
        Assert.InRange(report.Time, 0.01, 1);
        Assert.InRange(report.TrainingPairs, 1_000, 2_000);
        Assert.Equal([1, 3, 5, 10, 20, 50], report.ByTopN.Select(outcome => outcome.TopN));
        Assert.Contains(new EarlyExitOutcome(3, report.Agreement, report.Time), report.ByTopN);
        Assert.Equal(report.ByTopN.OrderBy(outcome => outcome.Time), report.ByTopN);   // who wants less waits less
        Assert.Equal([EarlyExitPhase.Cutting, EarlyExitPhase.Fitting, EarlyExitPhase.Choosing], progress.Select(step => step.Phase).Distinct());
        Assert.All(progress, step => Assert.InRange(step.Done, 0, step.Total));
        Assert.Equal(
            ["config.json", "early-exit.f32", "early-exit.json", "early-exit.part1", "early-exit.part2", "model.onnx", "tokenizer.json"],
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using CrossEncoder encoder = await EarlyExitModels.LoadAsync(folder.Path, "On");
        RelevanceScores scores = await encoder.ScoreAsync(new Pairs.PairQuery("query"), Passages, 3, isBackground: false, CancellationToken.None);
        EarlyExitStep fitted = EarlyExitFile.Read(EarlyExitModels.Open(folder.Path, "On"), "On").Plan.Steps[0];
        Assert.Equal(3, fitted.TopN);
        Assert.Equal(fitted.CountOf(Passages.Length, 3), scores.Count(score => !score.IsEstimate));
        Assert.Contains(scores, score => score.IsEstimate);
    }

    [Fact]
    public async Task BuildAsync_Interrupted_GoesOnAndEndsAsIfItHadNot()
    {
        using TemporaryFolder whole = TestModels.Unpack("bert/model");
        using TemporaryFolder parts = TestModels.Unpack("bert/model");
        await EarlyExitBuilder.BuildAsync(Options(whole, 1_000), Passages, Questions, cancellationToken: TestContext.Current.CancellationToken);
        EarlyExitBuilderOptions options = Options(parts, 1_000);
        options.CheckpointFile = parts.File("checkpoint");
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EarlyExitBuilder.BuildAsync(
            options, Passages, Questions, new Canceling(stop, afterQueries: 7), stop.Token));
        Assert.True(File.Exists(options.CheckpointFile));
        Assert.False(File.Exists(parts.File("early-exit.json")));
        Assert.DoesNotContain(Directory.EnumerateFiles(parts.Path), file => file.Contains("building", StringComparison.Ordinal));
        var progress = new List<EarlyExitProgress>();
        await EarlyExitBuilder.BuildAsync(options, Passages, Questions, new Collecting(progress), TestContext.Current.CancellationToken);

        Assert.Equal(7, progress.First(step => step.Phase == EarlyExitPhase.Fitting).Done);
        Assert.Equal(File.ReadAllBytes(whole.File("early-exit.f32")), File.ReadAllBytes(parts.File("early-exit.f32")));
        Assert.Equal(File.ReadAllText(whole.File("early-exit.json")), File.ReadAllText(parts.File("early-exit.json")));
        Assert.False(File.Exists(options.CheckpointFile));
    }

    [Fact]
    public async Task BuildAsync_CheckpointOfOtherTexts_StartsAnew()
    {
        using TemporaryFolder folder = TestModels.Unpack("bert/model");
        EarlyExitBuilderOptions options = Options(folder, 1_000);
        options.CheckpointFile = folder.File("checkpoint");
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EarlyExitBuilder.BuildAsync(
            options, Passages, Questions, new Canceling(stop, afterQueries: 7), stop.Token));
        var progress = new List<EarlyExitProgress>();

        await EarlyExitBuilder.BuildAsync(options, Passages[1..], Questions, new Collecting(progress), TestContext.Current.CancellationToken);

        Assert.Equal(0, progress.First(step => step.Phase == EarlyExitPhase.Fitting).Done);
    }

    [Fact]
    public async Task BuildAsync_NothingIsGoodEnough_SaysWhatWasLostAndWhatToChange()
    {
        using TemporaryFolder folder = TestModels.Unpack("bert/model");
        EarlyExitBuilderOptions options = Options(folder, 200);
        options.MaxLoss = 0;

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => EarlyExitBuilder.BuildAsync(
            options, Passages, Questions, cancellationToken: TestContext.Current.CancellationToken));

        Assert.StartsWith("No plan loses as little as 0 of the best documents: '", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("early-exit.json")));
    }

    [Theory]
    [InlineData("", 0.02, 1_000, 40, "ModelPath is blank; expected the folder of a cross-encoder. (Parameter 'options')")]
    [InlineData("m", 0.6, 1_000, 40, "MaxLoss is 0.6; expected 0 to 0.5. (Parameter 'options')")]
    [InlineData("m", double.NaN, 1_000, 40, "MaxLoss is NaN; expected 0 to 0.5. (Parameter 'options')")]
    [InlineData("m", 0.02, 99, 40, "MaxPairs is 99; expected 100 or more. (Parameter 'options')")]
    [InlineData("m", 0.02, 1_000, 4, "MaxHeldOutQueries is 4; expected 5 to 1000. (Parameter 'options')")]
    public async Task BuildAsync_OptionOutOfRange_NamesIt(string path, double loss, int pairs, int heldOut, string expected)
    {
        var options = new EarlyExitBuilderOptions { ModelPath = path, MaxLoss = loss, MaxPairs = pairs, MaxHeldOutQueries = heldOut };

        Assert.Equal(expected, (await Assert.ThrowsAsync<ArgumentException>(() => EarlyExitBuilder.BuildAsync(options, Passages))).Message);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public async Task BuildAsync_OptionOutOfRangeInAnotherCulture_IsTheSameMessage(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);

            await BuildAsync_OptionOutOfRange_NamesIt("m", 0.6, 1_000, 40, "MaxLoss is 0.6; expected 0 to 0.5. (Parameter 'options')");
            Assert.Equal("2:60.5 5:25", EarlyExitPlan.TryParse("2:60.5 5:25")?.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    public async Task BuildAsync_TopNOutOfRange_NamesIt(int topN)
    {
        var options = new EarlyExitBuilderOptions { ModelPath = "m", TopN = topN };

        Assert.Equal(
            $"TopN is {topN}; expected 1 to 50. (Parameter 'options')",
            (await Assert.ThrowsAsync<ArgumentException>(() => EarlyExitBuilder.BuildAsync(options, Passages))).Message);
    }

    [Fact]
    public async Task BuildAsync_FewTexts_SaysHowMany()
    {
        var options = new EarlyExitBuilderOptions { ModelPath = "m" };

        Assert.Equal(
            "There are 1 different passages; expected 20 or more. (Parameter 'passages')",
            (await Assert.ThrowsAsync<ArgumentException>(() => EarlyExitBuilder.BuildAsync(options, ["a", "a", " "]))).Message);
    }

    [Theory]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 2, 1 })]
    [InlineData(new[] { 99 })]
    public void Create_LayersThatAreNotThere_NamesThem(int[] layers)
    {
        using TemporaryFolder folder = TestModels.Unpack("bert/model");

        string message = Assert.Throws<RelevanceScoringException>(() => ModelCut.Create(EarlyExitModels.Open(folder.Path), layers)).Message;

        Assert.Contains($"but ExitLayers is {string.Join(", ", layers)}; expected increasing numbers from 1 to ", message, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(folder.Path, "*.onnx*"));
    }

    [Fact]
    public void Create_FileThatIsNoModel_NamesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack("bert/model");
        File.WriteAllText(folder.File("model.onnx"), "<html>not found</html>");

        string message = Assert.Throws<RelevanceScoringException>(() => ModelCut.Create(EarlyExitModels.Open(folder.Path), null)).Message;

        Assert.StartsWith($"'{folder.File("model.onnx")}' ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_Always_HoldNoWeightsOfTheirOwn()
    {
        using TemporaryFolder folder = EarlyExitModels.CopyBundled();
        EarlyExitModels.Build(folder.Path, [2, 5], "2:60 5:25");

        long parts = Directory.EnumerateFiles(folder.Path, "early-exit.part*").Sum(file => new FileInfo(file).Length);
        Assert.InRange(parts, 1, new FileInfo(folder.File("model.onnx")).Length / 50);
    }

    private static EarlyExitBuilderOptions Options(TemporaryFolder folder, int maxPairs, int topN = 10) =>
        new() { ModelPath = folder.Path, MaxPairs = maxPairs, TopN = topN, MaxLoss = 0.5, MaxHeldOutQueries = 8, ExitLayers = [1] };

    private sealed class Collecting(List<EarlyExitProgress> steps) : IProgress<EarlyExitProgress>
    {
        public void Report(EarlyExitProgress value) => steps.Add(value);
    }

    private sealed class Canceling(CancellationTokenSource stop, int afterQueries) : IProgress<EarlyExitProgress>
    {
        public void Report(EarlyExitProgress value)
        {
            if (value.Phase == EarlyExitPhase.Fitting && value.Done == afterQueries)
            {
                stop.Cancel();
            }
        }
    }
}

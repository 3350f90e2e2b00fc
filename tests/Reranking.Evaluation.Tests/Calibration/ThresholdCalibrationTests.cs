using CsCheck;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Calibration;

public sealed class ThresholdCalibrationTests
{
    [Fact]
    public void Create_CleanSeparation_PutsTheThresholdBetween()
    {
        ThresholdCalibration calibration = ThresholdCalibration.Create(
        [
            .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 0.8 + (i / 1_000.0), IsRelevant: true)),
            .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 0.1 + (i / 1_000.0), IsRelevant: false)),
        ],
        wantedPrecision: 1);

        Assert.Equal(0.46, calibration.MinScore);   // half-way, with as few digits as do
        Assert.Equal((1, 1, 1), (calibration.Precision, calibration.Recall, calibration.HeldOutPrecision));
        Assert.Equal((20, 20), (calibration.RelevantCount, calibration.OtherCount));
    }

    [Fact]
    public void Create_ScoresThatSayNothing_FindsNoThreshold()
    {
        var random = new Random(5);

        ThresholdCalibration calibration = ThresholdCalibration.Create(
            [.. Enumerable.Range(0, 600).Select(i => new CalibrationObservation($"q{i % 60}", random.NextDouble(), random.Next(10) == 0))]);

        Assert.Null(calibration.MinScore);
        Assert.Null(calibration.Precision);
        Assert.Empty(calibration.ToSettings());
        Assert.InRange(calibration.Points.Count, 50, 100);
    }

    [Fact]
    public void Create_HalfThatWouldChooseNothing_IsCheckedAllTheSame()
    {
        // The even queries are separated; of the odd ones the highest scores are of documents that are not relevant.
        ThresholdCalibration calibration = ThresholdCalibration.Create(
        [
            .. Enumerable.Range(0, 20).Select(static i => new CalibrationObservation($"q{2 * i:00}", 0.9, IsRelevant: true)),
            .. Enumerable.Range(0, 20).Select(static i => new CalibrationObservation($"q{2 * i:00}", 0.1, IsRelevant: false)),
            .. Enumerable.Range(0, 20).Select(static i => new CalibrationObservation($"q{(2 * i) + 1:00}", i < 2 ? 0.95 : 0.05, IsRelevant: false)),
            .. Enumerable.Range(0, 2).Select(static i => new CalibrationObservation($"q{(2 * i) + 1:00}", 0.5, IsRelevant: true)),
        ]);

        Assert.Equal(0.5, calibration.HeldOutPrecision);   // two of the four that pass are relevant
        Assert.Null(calibration.MinScore);
    }

    [Fact]
    public void Create_HalfWithNothingRelevant_SaysNothing()
    {
        ThresholdCalibration calibration = ThresholdCalibration.Create(
        [
            .. Enumerable.Range(0, 10).Select(static i => new CalibrationObservation("a", 0.9 + (i / 1_000.0), IsRelevant: true)),
            new CalibrationObservation("a", 0.1, IsRelevant: false), new CalibrationObservation("b", 0.1, IsRelevant: false),
        ]);

        Assert.Null(calibration.HeldOutPrecision);
        Assert.NotNull(calibration.MinScore);
    }

    [Fact]
    public void Create_SaturatedScores_AreTakenApart()
    {
        ThresholdCalibration calibration = ThresholdCalibration.Create(
        [
            .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 1 - 1e-9, IsRelevant: true)),
            .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 1 - 1e-7, IsRelevant: false)),
        ],
        wantedPrecision: 1);

        Assert.InRange(calibration.MinScore!.Value, 1 - 1e-7 + 1e-12, 1 - 1e-9);
        Assert.Equal(1, calibration.Precision);
    }

    [Fact]
    public void Create_AnyScores_KeepsWhatItSays() =>
        Gen.Select(Gen.Select(Gen.Int[0, 8], Gen.Double[0, 1], Gen.Bool).Array[0, 80], Gen.Double[0.05, 1]).Sample((scores, wanted) =>
        {
            CalibrationObservation[] observations = [.. scores.Select(score => new CalibrationObservation($"q{score.Item1}", score.Item2, score.Item3))];

            ThresholdCalibration calibration = ThresholdCalibration.Create(observations, wanted);

            foreach (CalibrationPoint point in calibration.Points)
            {
                CalibrationObservation[] kept = [.. observations.Where(observation => observation.Value >= point.Threshold)];
                Assert.Equal(point.KeptCount, kept.Length);
                Assert.Equal(point.Precision, kept.Average(observation => observation.IsRelevant ? 1.0 : 0), 12);
            }

            Assert.True(calibration.MinScore is null || calibration.Precision >= wanted);
            Assert.Equal(calibration.Points.OrderByDescending(point => point.Threshold), calibration.Points);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Create_WantedPrecisionOutOfRange_IsRefused(double wanted) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ThresholdCalibration.Create([], wanted));

    [Fact]
    public void Save_AndLoad_IsTheSame()
    {
        using var folder = new TempFolder();
        ThresholdCalibration calibration = Some();

        calibration.Save(folder.PathOf("calibration.json"));

        ThresholdCalibration read = ThresholdCalibration.Load(folder.PathOf("calibration.json"));
        Assert.Equal(calibration with { Points = [] }, read with { Points = [] });
        Assert.Equal(calibration.Points, read.Points);
        string wrong = folder.Write("wrong.json", "{\"minScore\": \"high\"}");
        Assert.Equal(
            $"{wrong}: found no calibration; expected a file that ThresholdCalibration.Save has written.",
            Assert.Throws<InvalidDataException>(() => ThresholdCalibration.Load(wrong)).Message);
    }

    [Theory]
    [InlineData("measured", false)]
    [InlineData("another", true)]
    public async Task ToSettings_InAnApplication_WarnsOfAnotherModelsThreshold(string model, bool isWarned)
    {
        var settings = new Dictionary<string, string?> { ["Reranking:Scorers:mine:Provider"] = "Stub" };
        foreach ((string key, string value) in Some().ToSettings())
        {
            settings[$"Reranking:Scorers:mine:{key}"] = value;
        }

        var services = new ServiceCollection();
        var logs = new FakeLoggerProvider();
        services.AddLogging(logging => logging.AddProvider(logs));
        services.AddReranking(new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("Reranking"))
            .AddProvider(_ => new StubProvider(model));
        await using ServiceProvider provider = services.BuildServiceProvider();

        RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync("query", ["a", "b"]);

        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
        Assert.Equal(isWarned, logs.Collector.GetSnapshot().Any(
            record => record.Level == LogLevel.Warning && record.Message.Contains("measured", StringComparison.Ordinal)));
    }

    private static ThresholdCalibration Some() => ThresholdCalibration.Create(
    [
        .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 0.6, IsRelevant: true)),
        .. Enumerable.Range(0, 20).Select(i => new CalibrationObservation($"q{i}", 0.1, IsRelevant: false)),
    ]) with
    { ScorerName = "mine", ModelId = "measured", Revision = "abc" };

    private sealed class StubProvider(string model) : RelevanceScorerProvider("Stub")
    {
        public override IReadOnlyCollection<string> Keys => [];

        public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed) => [];

        public override IRelevanceScorer Create(string scorerName, IConfigurationSection section) =>
            new StubScorer(static (_, document) => document.Length) { ModelId = model };
    }
}

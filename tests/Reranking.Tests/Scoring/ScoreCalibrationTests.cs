using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

public sealed class ScoreCalibrationTests
{
    private static readonly string Hash = new('a', 64);

    private static readonly Gen<ScoreCalibration> Platts =
        Gen.Select(Gen.Double[1e-3, 50], Gen.Double[-50, 50], static (slope, intercept) => ScoreCalibration.Platt(slope, intercept));

    private static readonly Gen<ScoreCalibration> Isotonics =
        Gen.Select(Gen.Double[-1e3, 1e3], Gen.Double[0, 1]).Array[1, 40].Select(static points => ScoreCalibration.Isotonic(
            [.. points.Select(static point => point.Item1).Distinct().Order()],
            [.. points.DistinctBy(static point => point.Item1).Select(static point => point.Item2).Order()]));

    private static readonly Gen<ScoreCalibration> Calibrations = Gen.OneOf(Platts, Isotonics);

    [Fact]
    public void Apply_AnyTwoRawScores_NeverSwapsThem() => Gen.Select(Calibrations, Gen.Double, Gen.Double).Sample((calibration, first, second) =>
    {
        if (!double.IsNaN(first) && !double.IsNaN(second))
        {
            (double low, double high) = (calibration.Apply(Math.Min(first, second)), calibration.Apply(Math.Max(first, second)));
            Assert.InRange(low, 0, 1);
            Assert.InRange(high, low, 1);
        }
    });

    [Fact]
    public void Parse_WhatWasWritten_IsEqual() => Gen.Select(Calibrations, Gen.String).Sample((calibration, source) =>
    {
        ScoreCalibration written = calibration with { ModelHash = Hash, Source = new string([.. source.Where(static c => !char.IsSurrogate(c))]) };

        ScoreCalibration read = ScoreCalibration.Parse(written.ToJson());

        Assert.Equal(written, read);
        Assert.Equal(written.GetHashCode(), read.GetHashCode());
    });

    [Fact]
    public void Equals_AnyDifference_Counts()
    {
        ScoreCalibration calibration = ScoreCalibration.Isotonic([0, 1], [0.1, 0.9]);

        Assert.Equal(ScoreCalibration.Isotonic([0, 1], [0.1, 0.9]), calibration);
        Assert.NotEqual(ScoreCalibration.Isotonic([0, 2], [0.1, 0.9]), calibration);
        Assert.NotEqual(ScoreCalibration.Isotonic([0, 1], [0.1, 0.8]), calibration);
        Assert.NotEqual(calibration with { Source = "elsewhere" }, calibration);
        Assert.NotEqual(calibration with { ModelHash = Hash }, calibration);
        Assert.NotEqual(ScoreCalibration.Platt(1, 1), ScoreCalibration.Platt(1, 2));
        Assert.False(calibration.Equals(null));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(2, 0.8807970779778823)]
    [InlineData(-1e300, 0)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(double.NaN, double.NaN)]
    public void Apply_Platt_IsTheSigmoidOfTheLine(double logit, double expected) =>
        Assert.Equal(expected, ScoreCalibration.Platt(0.5, -1).Apply((logit + 1) * 2), 1e-15);

    [Theory]
    [InlineData(-5, 0.1)]
    [InlineData(-2, 0.1)]
    [InlineData(-1, 0.2)]
    [InlineData(0, 0.3)]
    [InlineData(1, 0.3)]
    [InlineData(5, 0.9)]
    [InlineData(double.NegativeInfinity, 0.1)]
    [InlineData(double.PositiveInfinity, 0.9)]
    [InlineData(double.NaN, double.NaN)]
    public void Apply_Isotonic_IsStraightBetweenPointsAndLevelBeyond(double rawScore, double expected) =>
        Assert.Equal(expected, ScoreCalibration.Isotonic([-2, 0, 1, 2], [0.1, 0.3, 0.3, 0.9]).Apply(rawScore), 1e-15);

    [Fact]
    public void Apply_IsotonicOverTheWholeRange_StaysFinite() =>
        Assert.Equal(0.5, ScoreCalibration.Isotonic([-double.MaxValue, double.MaxValue], [0, 1]).Apply(0), 1e-15);

    [Fact]
    public void Apply_Score_KeepsEverythingElse()
    {
        RelevanceScore score = RelevanceScore.FromLogit(3) with { IsTruncated = true, TokenCount = 7, Stage = 1, BestWindow = 2..5 };

        Assert.Equal(score with { Value = 0.5 }, ScoreCalibration.Platt(1, -3).Apply(score));
        Assert.False(ScoreCalibration.Platt(1, -3).Apply(RelevanceScore.Unscored).IsScored);
    }

    [Theory]
    [InlineData(0, 0, "slope")]
    [InlineData(-1, 0, "slope")]
    [InlineData(double.NaN, 0, "slope")]
    [InlineData(double.PositiveInfinity, 0, "slope")]
    [InlineData(1, double.NaN, "intercept")]
    [InlineData(1, double.NegativeInfinity, "intercept")]
    public void Platt_NoRisingCurve_Throws(double slope, double intercept, string parameter) =>
        Assert.Equal(parameter, Assert.Throws<ArgumentOutOfRangeException>(() => ScoreCalibration.Platt(slope, intercept)).ParamName);

    [Theory]
    [InlineData(new double[0], new double[0], "rawScores", "There are 0 raw scores; expected 1 to 100000.")]
    [InlineData(new double[] { 1, 2 }, new double[] { 0.5 }, "probabilities", "There are 1 probabilities for 2 raw scores; expected as many.")]
    [InlineData(new double[] { 1, 1 }, new double[] { 0, 1 }, "rawScores", "Raw score 1 is 1; expected a finite number above the one before.")]
    [InlineData(new[] { double.NaN }, new double[] { 0 }, "rawScores", "Raw score 0 is NaN; expected a finite number above the one before.")]
    [InlineData(new double[] { 1, 2 }, new[] { 0.5, 0.4 }, "probabilities", "Probability 1 is 0.4; expected 0 to 1, and not below the one before.")]
    [InlineData(new double[] { 1 }, new[] { 1.5 }, "probabilities", "Probability 0 is 1.5; expected 0 to 1, and not below the one before.")]
    [InlineData(new double[] { 1 }, new[] { double.NaN }, "probabilities", "Probability 0 is NaN; expected 0 to 1, and not below the one before.")]
    public void Isotonic_NoRisingCurve_Throws(double[] rawScores, double[] probabilities, string parameter, string message)
    {
        var exception = Assert.Throws<ArgumentException>(() => ScoreCalibration.Isotonic(rawScores, probabilities));

        Assert.Equal($"{message} (Parameter '{parameter}')", exception.Message);
    }

    [Fact]
    public void Isotonic_ListsThatChangeLater_AreCopied()
    {
        double[] probabilities = [0.1, 0.2];
        ScoreCalibration calibration = ScoreCalibration.Isotonic([0, 1], probabilities);

        probabilities[1] = 0;

        Assert.Equal(0.2, calibration.Apply(1));
    }

    [Fact]
    public void ToJson_Platt_IsWhatTheFileHolds() => Assert.Equal(
        """
        {
          "version": 1,
          "kind": "platt",
          "slope": 0.5,
          "intercept": -1,
          "source": "40 questions, MIT"
        }
        """,
        (ScoreCalibration.Platt(0.5, -1) with { Source = "40 questions, MIT" }).ToJson(),
        ignoreLineEndingDifferences: true);

    [Theory]
    [InlineData("", "It is not a JSON object with version, kind, slope and intercept or rawScores and probabilities, modelHash and source: see line 1.")]
    [InlineData("null", "Its version is 0; expected 1.")]
    [InlineData("[]", "It is not a JSON object with version, kind, slope and intercept or rawScores and probabilities, modelHash and source: see line 1.")]
    [InlineData("""{ "version": 2, "kind": "platt", "slope": 1, "intercept": 0 }""", "Its version is 2; expected 1.")]
    [InlineData("""{ "version": 1 }""", "It has no known kind; expected platt or isotonic.")]
    [InlineData("""{ "version": 1, "kind": "beta" }""", "It has no known kind; expected platt or isotonic.")]
    [InlineData(
        """{ "version": 1, "kind": "platt", "slope": 1 }""", "Its kind is platt; expected slope and intercept, and no rawScores and probabilities.")]
    [InlineData(
        """{ "version": 1, "kind": "isotonic", "slope": 1, "intercept": 0 }""",
        "Its kind is isotonic; expected rawScores and probabilities, and no slope and intercept.")]
    [InlineData(
        """{ "version": 1, "kind": "platt", "slope": -1, "intercept": 0 }""",
        "The slope has to be finite and above 0. (Parameter 'slope')\nActual value was -1.")]
    [InlineData(
        """{ "version": 1, "kind": "platt", "slope": 1, "intercept": 0, "modelHash": "ab" }""",
        "Its modelHash has 2 characters; expected the 64 hexadecimal digits of a SHA-256.")]
    [InlineData(
        """{ "version": 1, "kind": "platt", "slope": 1, "intercept": 0, "offset": 3 }""",
        "It is not a JSON object with version, kind, slope and intercept or rawScores and probabilities, modelHash and source: see line 1.")]
    public void Parse_WhatIsNoCalibration_SaysWhatIsWrong(string json, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => ScoreCalibration.Parse(json)).Message.ReplaceLineEndings("\n"));

    [Fact]
    public async Task UseCalibration_Scorer_ChangesValuesAndNeverTheRanking()
    {
        string[] documents = ["one", "one two", "one two three", "none"];
        using var plain = new WordOverlapScorer();
        using IRelevanceScorer calibrated = new WordOverlapScorer().AsBuilder().UseCalibration(ScoreCalibration.Platt(2, 5)).Build();

        RelevanceScores before = await plain.ScoreAsync("one two three", documents);
        RelevanceScores after = await calibrated.ScoreAsync("one two three", documents);

        Assert.Equal(before.Select(static score => score.RawValue), after.Select(static score => score.RawValue));
        Assert.Equal(before.Select(static score => RelevanceScore.FromLogit((score.RawValue * 2) + 5).Value), after.Select(static score => score.Value));
        Assert.Equal(before.ModelId, after.ModelId);
        Assert.Equal(ScoreCalibration.Platt(2, 5), calibrated.GetService<ScoreCalibration>());
    }

    [Fact]
    public async Task GetRevision_OtherCalibrations_DifferForCaches()
    {
        string?[] revisions = await Task.WhenAll(new[] { ScoreCalibration.Platt(1, 0), ScoreCalibration.Platt(1, 1) }.Select(static async calibration =>
        {
            using IRelevanceScorer scorer = new WordOverlapScorer().AsBuilder().UseCalibration(calibration).Build();
            return await scorer.GetService<IModelRevision>()!.GetRevisionAsync();
        }));

        Assert.All(revisions, Assert.NotNull);
        Assert.Equal(2, revisions.Distinct().Count());
    }
}

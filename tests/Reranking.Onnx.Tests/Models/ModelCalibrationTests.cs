using System.Security.Cryptography;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>A calibration beside a model, or of the settings, makes the value of a score; raw scores stay as they are.</summary>
public sealed class ModelCalibrationTests : IDisposable
{
    private static readonly ScoreCalibration Calibration = ScoreCalibration.Platt(0.5, -1);

    private readonly TemporaryFolder _folder = TestModels.Unpack();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_Calibration_MakesTheValueOnly(bool isBesideTheModel)
    {
        RelevanceScores plain = await ScoreAsync(new OnnxScorerOptions());
        string file = _folder.File(isBesideTheModel ? "calibration.json" : "mine.json");
        File.WriteAllText(file, Calibration.ToJson());

        RelevanceScores calibrated = await ScoreAsync(new OnnxScorerOptions { CalibrationFile = isBesideTheModel ? null : file });

        Assert.Equal(plain.Select(static score => score.RawValue), calibrated.Select(static score => score.RawValue));
        Assert.Equal(plain.Select(static score => Calibration.Apply(score.RawValue)), calibrated.Select(static score => score.Value));
        Assert.Equal(plain.Select(static score => score.TokenCount), calibrated.Select(static score => score.TokenCount));
    }

    [Fact]
    public async Task ScoreAsync_HashOfTheModel_HoldsTheCalibrationToIt()
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder.File("model.onnx"))));
        File.WriteAllText(_folder.File("calibration.json"), (Calibration with { ModelHash = hash }).ToJson());
        Assert.InRange((await ScoreAsync(new OnnxScorerOptions()))[0].Value, 0, 1);

        string other = new('0', 64);
        File.WriteAllText(_folder.File("calibration.json"), (Calibration with { ModelHash = other }).ToJson());
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync(new OnnxScorerOptions { ModelId = "tiny" }));
        Assert.Equal(
            $"'{_folder.File("calibration.json")}' is the calibration of a model with the SHA-256 {other}, but model 'tiny' has {hash}. "
            + "Fit one for it and set OnnxScorerOptions:CalibrationFile, or remove the file.",
            exception.Message);
        Assert.True(exception.IsSetupFault);
    }

    [Fact]
    public async Task ScoreAsync_FileThatIsNoCalibration_IsRefused()
    {
        File.WriteAllText(_folder.File("calibration.json"), """{ "version": 9 }""");
        var damaged = await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync(new OnnxScorerOptions()));
        Assert.Equal(
            $"'{_folder.File("calibration.json")}' is not a calibration: Its version is 9; expected 1. "
            + "Restore it, or set OnnxScorerOptions:CalibrationFile to another one.",
            damaged.Message);

        var missing = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => ScoreAsync(new OnnxScorerOptions { CalibrationFile = _folder.File("none.json") }));
        Assert.StartsWith($"'{_folder.File("none.json")}' can't be read: ", missing.Message, StringComparison.Ordinal);
    }

    /// <summary>What a model comes with changes nothing until it is asked for, and then it goes before what the user laid beside it.</summary>
    [Theory]
    [InlineData(CalibrationMode.Auto, false, null)]
    [InlineData(CalibrationMode.Auto, true, 0.5)]
    [InlineData(CalibrationMode.Bundled, false, 2.0)]
    [InlineData(CalibrationMode.Bundled, true, 2.0)]
    [InlineData(CalibrationMode.Off, true, null)]
    public async Task ScoreAsync_Mode_ChoosesTheCalibration(CalibrationMode mode, bool hasOwn, double? slope)
    {
        RelevanceScores plain = await ScoreAsync(new OnnxScorerOptions(), checks: false);
        File.WriteAllText(_folder.File("calibration.bundled.json"), ScoreCalibration.Platt(2, -1).ToJson());
        if (hasOwn)
        {
            File.WriteAllText(_folder.File("calibration.json"), Calibration.ToJson());
        }

        RelevanceScores scores = await ScoreAsync(new OnnxScorerOptions { Calibration = mode }, checks: false);

        Assert.Equal(plain.Select(static score => score.RawValue), scores.Select(static score => score.RawValue));
        Assert.Equal(
            plain.Select(score => slope is { } known ? ScoreCalibration.Platt(known, -1).Apply(score.RawValue) : score.Value),
            scores.Select(static score => score.Value));
    }

    [Fact]
    public async Task ScoreAsync_BundledThatIsNotThere_SaysWhatToDo()
    {
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => ScoreAsync(new OnnxScorerOptions { ModelId = "tiny", Calibration = CalibrationMode.Bundled }));

        Assert.Equal(
            $"OnnxScorerOptions:Calibration is Bundled, but model 'tiny' comes with none: '{_folder.File("calibration.bundled.json")}' is missing. "
            + "Fit one and set OnnxScorerOptions:CalibrationFile, or set it to Auto.",
            exception.Message);
        Assert.True(exception.IsSetupFault);
    }

    [Theory]
    [InlineData(CalibrationMode.Bundled)]
    [InlineData(CalibrationMode.Off)]
    public void Options_ModeAndFile_AreRefusedTogether(CalibrationMode mode) => Assert.Equal(
        $"OnnxScorerOptions:Calibration is {mode} and OnnxScorerOptions:CalibrationFile is mine.json; expected one of them. (Parameter 'options')",
        Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(
            new OnnxScorerOptions { ModelPath = _folder.Path, Calibration = mode, CalibrationFile = "mine.json" })).Message);

    [Fact]
    public void Revision_Calibration_Counts()
    {
        var options = new OnnxScorerOptions { ModelPath = _folder.Path };
        string Revision() => new ModelRevision(options, () => ModelFolder.Open(_folder.Path, options)).Value!;
        string before = Revision();

        File.WriteAllText(_folder.File("calibration.json"), Calibration.ToJson());

        Assert.NotEqual(before, Revision());
    }

    private async Task<RelevanceScores> ScoreAsync(OnnxScorerOptions options, bool checks = true)
    {
        options.ModelPath = _folder.Path;
        using var scorer = new OnnxRelevanceScorer(options);
        RelevanceScores scores = await scorer.ScoreAsync("a query", ["a document", "another one", ""]);
        bool isCalibrated = scorer.GetService<ScoreCalibration>() is not null;
        Assert.True(!checks || isCalibrated == (options.CalibrationFile is not null || File.Exists(_folder.File("calibration.json"))));
        return scores;
    }
}

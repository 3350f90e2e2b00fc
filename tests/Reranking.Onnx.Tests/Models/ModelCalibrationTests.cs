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
            $"'{_folder.File("calibration.json")}' is no calibration: Its version is 9; expected 1. "
            + "Restore it, or set OnnxScorerOptions:CalibrationFile to another one.",
            damaged.Message);

        var missing = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => ScoreAsync(new OnnxScorerOptions { CalibrationFile = _folder.File("none.json") }));
        Assert.StartsWith($"'{_folder.File("none.json")}' can't be read: ", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Revision_Calibration_Counts()
    {
        var options = new OnnxScorerOptions { ModelPath = _folder.Path };
        string Revision() => new ModelRevision(options, () => ModelFolder.Open(_folder.Path, options)).Value!;
        string before = Revision();

        File.WriteAllText(_folder.File("calibration.json"), Calibration.ToJson());

        Assert.NotEqual(before, Revision());
    }

    private async Task<RelevanceScores> ScoreAsync(OnnxScorerOptions options)
    {
        options.ModelPath = _folder.Path;
        using var scorer = new OnnxRelevanceScorer(options);
        RelevanceScores scores = await scorer.ScoreAsync("a query", ["a document", "another one", ""]);
        Assert.Equal(options.CalibrationFile is not null || File.Exists(_folder.File("calibration.json")), scorer.GetService<ScoreCalibration>() is not null);
        return scores;
    }
}

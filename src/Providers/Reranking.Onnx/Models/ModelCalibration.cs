using System.Security.Cryptography;

namespace Reranking.Onnx.Models;

/// <summary>The calibration of a model: that of the settings, <c>calibration.json</c> in its folder or, where asked for, the one it came with.</summary>
internal static class ModelCalibration
{
    /// <summary>The name of the calibration that a model comes with: not that of the user's, so that it changes no score unless it is asked for.</summary>
    public const string BundledFileName = "calibration.bundled.json";

    private const string FileName = "calibration.json";
    private const int BufferSize = 1 << 20;

    /// <summary>Reads it, and holds it to the model that it was fitted for.</summary>
    /// <returns>The calibration, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="RelevanceScoringException">The file is missing or damaged, or is of another model.</exception>
    public static ScoreCalibration? Read(ModelFolder folder, OnnxScorerOptions options)
    {
        bool isBundled = options.Calibration == CalibrationMode.Bundled;
        string file = options.FullCalibrationFile ?? Path.Combine(folder.Path, isBundled ? BundledFileName : FileName);
        if (options.Calibration == CalibrationMode.Off || (options.CalibrationFile is null && !isBundled && !File.Exists(file)))
        {
            return null;
        }

        string setting = $"{options.SettingsPath}:{nameof(options.CalibrationFile)}";
        if (isBundled && !File.Exists(file))
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:{nameof(options.Calibration)} is {options.Calibration}, but model '{folder.ModelId}' comes with none: "
                + $"'{file}' is missing. "
                + $"Fit one and set {setting}, or set it to {nameof(CalibrationMode.Auto)}.");
        }

        try
        {
            ScoreCalibration calibration = ScoreCalibration.Load(file);
            return calibration.ModelHash is not { } expected || HashOf(folder) is var found && found == expected
                ? calibration
                : throw new RelevanceScoringException(
                    $"'{file}' is the calibration of a model with the SHA-256 {expected}, but model '{folder.ModelId}' has {found}. "
                    + $"Fit one for it and set {setting}, or remove the file.");
        }
        catch (FormatException exception)
        {
            throw new RelevanceScoringException($"'{file}' is not a calibration: {exception.Message} Restore it, or set {setting} to another one.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException($"'{file}' can't be read: {exception.Message} Check {setting}.", exception);
        }
    }

    /// <summary>Returns the SHA-256 of a model: of its graph, of the files with its weights, and of the weights of its head, one after the other.</summary>
    public static string HashOf(ModelFolder folder)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferSize];
        IEnumerable<string> head = ModularHeadReader.FilesOf(folder).Where(static file => file.EndsWith(".safetensors", StringComparison.Ordinal));
        foreach (string file in (string[])[folder.ModelFile, .. folder.FindExternalData().Order(StringComparer.Ordinal), .. head])
        {
            using FileStream stream = File.OpenRead(file);
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                hash.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }
}

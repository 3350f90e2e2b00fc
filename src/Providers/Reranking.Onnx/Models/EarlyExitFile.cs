using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reranking.Onnx.Models;

/// <summary>What <c>early-exit.json</c> says: the parts that a model is cut into, and the probes between them.</summary>
internal sealed class EarlyExitFile
{
    /// <summary>The name of the file, beside the ONNX file.</summary>
    public const string Name = "early-exit.json";

    /// <summary>The version of the format that is read and written.</summary>
    public const int FormatVersion = 1;

    /// <summary>The features of a probe, in their order.</summary>
    public const string Features = "cls documentMean queryMean product absoluteDifference maxSim";

    /// <summary>Gets how many numbers a token has between layers.</summary>
    public required int HiddenSize { get; init; }

    public required int LayerCount { get; init; }

    /// <summary>Gets the paths of the parts, one more than there are probes.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>Gets the tensors between the parts.</summary>
    public required IReadOnlyList<string> Boundaries { get; init; }

    /// <summary>Gets the probes, one between any two parts.</summary>
    public required IReadOnlyList<EarlyExitProbe> Probes { get; init; }

    /// <summary>Gets the plan that the settings ask for.</summary>
    public required EarlyExitPlan Plan { get; init; }

    /// <summary>Returns how many features a probe reads.</summary>
    public static int FeatureCount(int hiddenSize) => (5 * hiddenSize) + 1;

    /// <summary>Reads the file of a model, and checks that it belongs to the model.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="setting">What the settings ask for: <c>On</c> or a plan.</param>
    /// <exception cref="RelevanceScoringException">
    /// The file is missing, damaged, of another version or of another model, or lacks what the plan needs.
    /// </exception>
    public static EarlyExitFile Read(ModelFolder folder, string setting)
    {
        string path = Path.Combine(Path.GetDirectoryName(folder.ModelFile)!, Name);
        string key = $"{folder.Options.SettingsPath}:{nameof(OnnxScorerOptions.EarlyExit)}";
        string build = $"Build it again for this model with EarlyExitBuilder of the package Reranking.Onnx.EarlyExit, or set {key} to Off.";
        if (!File.Exists(path))
        {
            throw new RelevanceScoringException($"{key} is {setting}, but '{path}' is missing. {build}");
        }

        try
        {
            EarlyExitManifest manifest = ReadManifest(path);
            string folderPath = Path.GetDirectoryName(path)!;
            CheckHash(folder.ModelFile, manifest.Source.Sha256, path, build);
            EarlyExitProbe[] probes = ReadProbes(folderPath, manifest, path, build);
            string[] parts = [.. manifest.Parts.Select(part => PathOf(folderPath, part.File))];
            for (int i = 0; i < parts.Length; i++)
            {
                CheckHash(parts[i], manifest.Parts[i].Sha256, path, build);
            }

            return new EarlyExitFile
            {
                HiddenSize = manifest.HiddenSize,
                LayerCount = manifest.Layers,
                Parts = parts,
                Boundaries = [.. manifest.Exits.Select(static exit => exit.Boundary)],
                Probes = probes,
                Plan = ChoosePlan(setting, manifest, key, path),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException($"'{path}' can't be read: {exception.Message} {build}", exception);
        }

        EarlyExitManifest ReadManifest(string file)
        {
            byte[] json = File.ReadAllBytes(file);
            using (JsonDocument document = JsonDocument.Parse(json))
            {
                // Before the rest, which another version may write in another way.
                int? version = document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("formatVersion", out JsonElement found)
                    && found.ValueKind == JsonValueKind.Number
                    && found.TryGetInt32(out int number) ? number : null;
                if (version != FormatVersion)
                {
                    throw new RelevanceScoringException(
                        $"'{file}' has formatVersion {version?.ToString(CultureInfo.InvariantCulture) ?? "none"}; expected {FormatVersion}. {build}");
                }
            }

            EarlyExitManifest manifest = JsonSerializer.Deserialize(json, EarlyExitJsonContext.Default.EarlyExitManifest)!;
            return manifest.Problem() is { } problem ? throw new RelevanceScoringException($"'{file}' has {problem}. {build}") : manifest;
        }
    }

    private static EarlyExitPlan ChoosePlan(string setting, EarlyExitManifest manifest, string key, string path)
    {
        EarlyExitPlan plan = EarlyExitPlan.TryParse(setting) ?? EarlyExitPlan.TryParse(manifest.Plan, manifest.TopN ?? EarlyExitStep.UsualTopN)!;
        int[] layers = [.. manifest.Exits.Select(static exit => exit.Layer)];
        foreach (EarlyExitStep step in plan.Steps)
        {
            if (!layers.Contains(step.Layer))
            {
                throw new RelevanceScoringException(
                    $"{key} is {setting}, but '{path}' has no probe after layer {step.Layer}; expected layers out of {string.Join(", ", layers)}. "
                    + $"Change the plan, or build the file again with that layer.");
            }
        }

        return plan;
    }

    private static EarlyExitProbe[] ReadProbes(string folder, EarlyExitManifest manifest, string path, string build)
    {
        string file = PathOf(folder, manifest.Weights.File);
        int count = FeatureCount(manifest.HiddenSize);
        byte[] bytes = CheckHash(file, manifest.Weights.Sha256, path, build);
        long expected = (long)count * manifest.Exits.Count * sizeof(float);
        if (bytes.Length != expected)
        {
            throw new RelevanceScoringException(
                $"'{file}' has {bytes.Length} bytes; expected {expected}, {count} weights for each of {manifest.Exits.Count} probes. {build}");
        }

        float[] weights = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return Array.TrueForAll(weights, float.IsFinite)
            ? [.. manifest.Exits.Select((exit, index) => new EarlyExitProbe(exit.Layer, weights.AsMemory(index * count, count), exit.Bias, exit.Error))]
            : throw new RelevanceScoringException($"'{file}' has weights that are not finite numbers. {build}");
    }

    // Within the folder: a file that others made must not lead out of it.
    private static string PathOf(string folder, string file) => Path.Combine(folder, Path.GetFileName(file));

    private static byte[] CheckHash(string file, string expected, string manifest, string build)
    {
        bool isSmall = new FileInfo(file) is { Exists: true, Length: < 64 << 20 };
        byte[] bytes = isSmall ? File.ReadAllBytes(file) : [];
        using FileStream? stream = isSmall ? null : File.OpenRead(file);
        string found = Convert.ToHexString(stream is null ? SHA256.HashData(bytes) : SHA256.HashData(stream));
        return found.Equals(expected, StringComparison.OrdinalIgnoreCase)
            ? bytes
            : throw new RelevanceScoringException(
                $"'{file}' has the SHA-256 {found.ToLowerInvariant()}, but '{manifest}' was made for {expected.ToLowerInvariant()}. {build}");
    }
}

/// <summary>Estimates the logit of a pair from its hidden states after a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Weights">A weight a feature.</param>
/// <param name="Bias">What is added.</param>
/// <param name="Error">The standard deviation of what the estimate is off by, where it was measured.</param>
internal sealed record EarlyExitProbe(int Layer, ReadOnlyMemory<float> Weights, double Bias, double Error);

/// <summary>The JSON of <see cref="EarlyExitFile"/>.</summary>
internal sealed record EarlyExitManifest
{
    public required int FormatVersion { get; init; }

    /// <summary>Gets the model that the file is for.</summary>
    public required EarlyExitManifestFile Source { get; init; }

    public required int Layers { get; init; }

    public required int HiddenSize { get; init; }

    public required string Features { get; init; }

    /// <summary>Gets the parts of the model, the first first; their weights are in the file of the model.</summary>
    public required IReadOnlyList<EarlyExitManifestFile> Parts { get; init; }

    /// <summary>Gets where documents may leave.</summary>
    public required IReadOnlyList<EarlyExitManifestExit> Exits { get; init; }

    /// <summary>Gets the weights of the probes, little-endian 32-bit floats.</summary>
    public required EarlyExitManifestFile Weights { get; init; }

    /// <summary>Gets the plan of <c>On</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>Gets how many documents are wanted where the plan holds as it is; <see cref="EarlyExitStep.UsualTopN"/> if nothing is said.</summary>
    public int? TopN { get; init; }

    /// <summary>Gets what was measured when the file was made.</summary>
    public EarlyExitMeasurement? Measured { get; init; }

    public string? Problem() =>
        Layers < 2 ? $"{Layers} layers; expected 2 or more"
        : HiddenSize is < 1 or > 1 << 16 ? $"hiddenSize {HiddenSize}; expected 1 to 65536"
        : Features != EarlyExitFile.Features ? $"the features '{Features}'; expected '{EarlyExitFile.Features}'"
        : Parts.Append(Source).Append(Weights).Any(static file => file is not { File.Length: > 0, Sha256.Length: > 0 })
            ? "a file without a name or a hash; expected both"
        : Parts.Append(Source).Append(Weights).Any(static file => file.File.Contains('\0', StringComparison.Ordinal))
            ? "a file with a null character in its name; expected the name of a file"
        : Exits.Any(static exit => exit is not { Boundary.Length: > 0 }) ? "an exit without a boundary; expected the name of a tensor"
        : Exits.Count == 0 ? "no exits; expected one or more"
        : Parts.Count != Exits.Count + 1 ? $"{Parts.Count} parts; expected {Exits.Count + 1}, one more than exits"
        : Exits.Select(static exit => exit.Layer).Where((layer, index) => layer <= (index == 0 ? 0 : Exits[index - 1].Layer) || layer >= Layers).Any()
            ? $"exits after the layers {string.Join(", ", Exits.Select(static exit => exit.Layer))}; expected increasing numbers from 1 to {Layers - 1}"
        : Exits.Any(static exit => !double.IsFinite(exit.Bias) || !double.IsFinite(exit.Error) || exit.Error < 0)
            ? "a bias or an error that is not a finite number, or an error below 0; expected finite numbers"
        : TopN is < 1 or > EarlyExitStep.UsualCount / 2 ? $"topN {TopN}; expected 1 to {EarlyExitStep.UsualCount / 2}"
        : EarlyExitPlan.TryParse(Plan) is null ? $"the plan '{Plan}'; expected layers and how many of 100 stay, as 2:60 5:25"
        : null;
}

/// <summary>A file beside the manifest.</summary>
/// <param name="File">Its name.</param>
/// <param name="Sha256">The hash of its content.</param>
internal sealed record EarlyExitManifestFile(string File, string Sha256);

/// <summary>Where documents may leave.</summary>
/// <param name="Layer">The layer, from 1.</param>
/// <param name="Boundary">The tensor.</param>
/// <param name="Bias">The constant of the probe.</param>
/// <param name="Error">The standard deviation of what the probe is off by on held-out pairs.</param>
internal sealed record EarlyExitManifestExit(int Layer, string Boundary, double Bias, double Error);

/// <summary>What a plan was measured to cost and to keep.</summary>
/// <param name="Agreement">The share of the full pass's ten best documents that stay to the end, over held-out queries.</param>
/// <param name="Time">The time beside that of the full pass, by layers and tokens.</param>
/// <param name="Queries">How many held-out queries there were.</param>
/// <param name="Candidates">How many documents each of them had.</param>
/// <param name="TrainingPairs">How many pairs the probes were fitted to.</param>
internal sealed record EarlyExitMeasurement(double? Agreement, double? Time, int? Queries, int? Candidates, int? TrainingPairs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(EarlyExitManifest))]
internal sealed partial class EarlyExitJsonContext : JsonSerializerContext;

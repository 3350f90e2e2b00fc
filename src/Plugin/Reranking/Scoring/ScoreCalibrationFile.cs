using System.Text.Json.Serialization;

namespace Reranking.Scoring;

/// <summary>A calibration as it lies in a file.</summary>
internal sealed record ScoreCalibrationFile
{
    /// <summary>The keys, for messages.</summary>
    public const string Keys = "version, kind, slope and intercept or rawScores and probabilities, modelHash and source";

    private const int HashLength = 64;
    private const string Platt = "platt";
    private const string Isotonic = "isotonic";

    /// <summary>Initializes a new instance of the <see cref="ScoreCalibrationFile"/> class, to read into.</summary>
    [JsonConstructor]
    public ScoreCalibrationFile()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="ScoreCalibrationFile"/> class, to write.</summary>
    public ScoreCalibrationFile(ScoreCalibration calibration)
    {
        bool isPlatt = calibration.Kind == ScoreCalibrationKind.Platt;
        Version = ScoreCalibration.FormatVersion;
        Kind = isPlatt ? Platt : Isotonic;
        Slope = isPlatt ? calibration.Slope : null;
        Intercept = isPlatt ? calibration.Intercept : null;
        RawScores = isPlatt ? null : [.. calibration.RawScores];
        Probabilities = isPlatt ? null : [.. calibration.Probabilities];
        ModelHash = calibration.ModelHash;
        Source = calibration.Source;
    }

    public int Version { get; init; }

    public string? Kind { get; init; }

    public double? Slope { get; init; }

    public double? Intercept { get; init; }

    public double[]? RawScores { get; init; }

    public double[]? Probabilities { get; init; }

    public string? ModelHash { get; init; }

    public string? Source { get; init; }

    /// <summary>Checks what was read.</summary>
    /// <exception cref="FormatException">A key is missing or says what no calibration has.</exception>
    /// <exception cref="ArgumentException">The numbers do not form an increasing curve.</exception>
    public ScoreCalibration ToCalibration()
    {
        if (Version != ScoreCalibration.FormatVersion)
        {
            throw new FormatException($"Its version is {Version}; expected {ScoreCalibration.FormatVersion}.");
        }

        if (ModelHash is { } hash && (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigit)))
        {
            throw new FormatException($"Its modelHash has {hash.Length} characters; expected the {HashLength} hexadecimal digits of a SHA-256.");
        }

        ScoreCalibration calibration = this switch
        {
            { Kind: Platt, Slope: { } slope, Intercept: { } intercept, RawScores: null, Probabilities: null } => ScoreCalibration.Platt(slope, intercept),
            { Kind: Isotonic, Slope: null, Intercept: null, RawScores: { } scores, Probabilities: { } probabilities } =>
                ScoreCalibration.Isotonic(scores, probabilities),
            { Kind: Platt } => throw new FormatException("Its kind is platt; expected slope and intercept, and no rawScores and probabilities."),
            { Kind: Isotonic } => throw new FormatException("Its kind is isotonic; expected rawScores and probabilities, and no slope and intercept."),
            _ => throw new FormatException($"It has no known kind; expected {Platt} or {Isotonic}."),
        };
        return calibration with { ModelHash = ModelHash?.ToLowerInvariant(), Source = Source };
    }
}

/// <summary>Unknown keys are refused: a mistyped one would be a curve that nobody fitted.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(ScoreCalibrationFile))]
internal sealed partial class ScoreCalibrationJsonContext : JsonSerializerContext;

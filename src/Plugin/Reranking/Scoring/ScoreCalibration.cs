using System.Globalization;
using System.Text.Json;
using Reranking.Scoring;

namespace Reranking;

/// <summary>Turns the raw scores of one model into probabilities of relevance, as observed on labeled pairs.</summary>
/// <remarks>
/// <para>
/// Immutable and thread-safe. The curve is monotonic, so a calibration changes <see cref="RelevanceScore.Value"/> and what a threshold keeps, but never
/// <see cref="RelevanceScore.RawValue"/> and never a ranking.
/// </para>
/// <para>A calibration is valid for one model and for text similar to the text it was fitted on. It contains only numbers and none of that text.</para>
/// </remarks>
public sealed record ScoreCalibration
{
    /// <summary>The format that <see cref="ToJson"/> writes and <see cref="Parse"/> reads.</summary>
    public const int FormatVersion = 1;

    // Far more steps than a fit on millions of pairs has.
    private const int MaxPoints = 100_000;
    private const long MaxFileLength = 16 << 20;

    private readonly double[] _rawScores;
    private readonly double[] _probabilities;

    private ScoreCalibration(ScoreCalibrationKind kind, double slope, double intercept, double[] rawScores, double[] probabilities)
    {
        Kind = kind;
        Slope = slope;
        Intercept = intercept;
        _rawScores = rawScores;
        _probabilities = probabilities;
    }

    /// <summary>Gets the shape of the curve.</summary>
    public ScoreCalibrationKind Kind { get; }

    /// <summary>Gets the factor that a raw score is multiplied by before the sigmoid; 0 for <see cref="ScoreCalibrationKind.Isotonic"/>.</summary>
    public double Slope { get; }

    /// <summary>Gets the offset that is added after the multiplication; 0 for <see cref="ScoreCalibrationKind.Isotonic"/>.</summary>
    public double Intercept { get; }

    /// <summary>Gets the raw scores at which the probabilities are known, in ascending order; empty for <see cref="ScoreCalibrationKind.Platt"/>.</summary>
    public IReadOnlyList<double> RawScores => _rawScores;

    /// <summary>Gets the probabilities at <see cref="RawScores"/>, which never decrease; empty for <see cref="ScoreCalibrationKind.Platt"/>.</summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>Gets the SHA-256 of the model that the calibration was fitted for.</summary>
    /// <value>
    /// 64 hexadecimal digits, computed over the ONNX file followed by its weight files, if any; or <see langword="null"/> if the calibration is not bound to a
    /// model. A scorer that knows its files rejects the calibration of another model.
    /// </value>
    public string? ModelHash { get; init; }

    /// <summary>Gets a description of the data it was fitted on, with the license.</summary>
    /// <value>A sentence, or <see langword="null"/>.</value>
    public string? Source { get; init; }

    /// <summary>Creates a calibration that is a sigmoid of the raw score: σ(slope · raw + intercept).</summary>
    /// <param name="slope">The steepness; above 0, since a higher raw score means more relevant.</param>
    /// <param name="intercept">The shift; any finite number.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the slope is not above 0.</exception>
    public static ScoreCalibration Platt(double slope, double intercept) =>
        !double.IsFinite(slope) || slope <= 0 ? throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope has to be finite and above 0.")
        : !double.IsFinite(intercept) ? throw new ArgumentOutOfRangeException(nameof(intercept), intercept, "The intercept has to be finite.")
        : new ScoreCalibration(ScoreCalibrationKind.Platt, slope, intercept, [], []);

    /// <summary>Creates a calibration from points, which is linear between them and constant before the first and after the last.</summary>
    /// <param name="rawScores">Finite numbers in strictly ascending order; from 1 to 100,000 of them.</param>
    /// <param name="probabilities">The same number of values from 0 to 1, which never decrease.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentNullException">A list is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The lists do not form a rising curve.</exception>
    public static ScoreCalibration Isotonic(IReadOnlyList<double> rawScores, IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(rawScores);
        ArgumentNullException.ThrowIfNull(probabilities);
        if (rawScores.Count is < 1 or > MaxPoints)
        {
            throw new ArgumentException($"There are {rawScores.Count} raw scores; expected 1 to {MaxPoints}.", nameof(rawScores));
        }

        if (probabilities.Count != rawScores.Count)
        {
            throw new ArgumentException(
                $"There are {probabilities.Count} probabilities for {rawScores.Count} raw scores; expected as many.", nameof(probabilities));
        }

        for (int i = 0; i < rawScores.Count; i++)
        {
            if (!double.IsFinite(rawScores[i]) || (i > 0 && rawScores[i] <= rawScores[i - 1]))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Raw score {i} is {rawScores[i]}; expected a finite number above the one before."),
                    nameof(rawScores));
            }

            if (probabilities[i] is not (>= 0 and <= 1) || (i > 0 && probabilities[i] < probabilities[i - 1]))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Probability {i} is {probabilities[i]}; expected 0 to 1, and not below the one before."),
                    nameof(probabilities));
            }
        }

        return new ScoreCalibration(ScoreCalibrationKind.Isotonic, 0, 0, [.. rawScores], [.. probabilities]);
    }

    /// <summary>Reads a calibration from JSON.</summary>
    /// <param name="json">The JSON written by <see cref="ToJson"/>.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="json"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">The JSON is not a calibration, or has a newer format.</exception>
    public static ScoreCalibration Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return (JsonSerializer.Deserialize(json, ScoreCalibrationJsonContext.Default.ScoreCalibrationFile) ?? new ScoreCalibrationFile()).ToCalibration();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The inner message may quote the file; where it is damaged is enough.
            throw new FormatException(
                $"It is not a JSON object with {ScoreCalibrationFile.Keys}"
                + $"{(exception as JsonException is { LineNumber: { } line } ? $": see line {line + 1}" : "")}.",
                exception);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>Reads a calibration from a file.</summary>
    /// <param name="path">The path of a file written with <see cref="ToJson"/>.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is <see langword="null"/>.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="FormatException">The JSON is not a calibration, or has a newer format.</exception>
    public static ScoreCalibration Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new FileInfo(path) is { Exists: true, Length: > MaxFileLength and var length }
            ? throw new FormatException($"It has {length} bytes; expected at most {MaxFileLength}.")
            : Parse(File.ReadAllText(path));
    }

    /// <summary>Writes the calibration as JSON, in the format of <c>calibration.json</c> beside a model.</summary>
    /// <returns>Indented JSON.</returns>
    public string ToJson() => JsonSerializer.Serialize(new ScoreCalibrationFile(this), ScoreCalibrationJsonContext.Default.ScoreCalibrationFile);

    /// <summary>Returns the probability that a document with a raw score is relevant.</summary>
    /// <param name="rawScore">The raw score; NaN stands for a document without one.</param>
    /// <returns>From 0 to 1, or NaN for NaN.</returns>
    public double Apply(double rawScore)
    {
        if (double.IsNaN(rawScore))
        {
            return double.NaN;
        }

        if (Kind == ScoreCalibrationKind.Platt)
        {
            return RelevanceScore.FromLogit((Slope * rawScore) + Intercept).Value;
        }

        int at = Array.BinarySearch(_rawScores, rawScore);
        if (at >= 0)
        {
            return _probabilities[at];
        }

        int next = ~at;
        if (next == 0 || next == _rawScores.Length)
        {
            return _probabilities[next == 0 ? 0 : ^1];
        }

        // Halved first, so that the distance of two huge numbers is finite; clamped, so that no rounding leaves the step.
        double share = ((rawScore / 2) - (_rawScores[next - 1] / 2)) / ((_rawScores[next] / 2) - (_rawScores[next - 1] / 2));
        (double low, double high) = (_probabilities[next - 1], _probabilities[next]);
        return Math.Clamp(low + (share * (high - low)), low, high);
    }

    /// <summary>Replaces the value of a score with the calibrated one.</summary>
    /// <param name="score">The score; its other properties do not change.</param>
    /// <returns>The score with a calibrated <see cref="RelevanceScore.Value"/>.</returns>
    public RelevanceScore Apply(RelevanceScore score) => score with { Value = Apply(score.RawValue) };

    /// <inheritdoc/>
    public bool Equals(ScoreCalibration? other) => other is not null
        && (Kind, Slope, Intercept, ModelHash, Source) == (other.Kind, other.Slope, other.Intercept, other.ModelHash, other.Source)
        && _rawScores.AsSpan().SequenceEqual(other._rawScores)
        && _probabilities.AsSpan().SequenceEqual(other._probabilities);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Slope, Intercept, _rawScores.Length, ModelHash, Source);
}

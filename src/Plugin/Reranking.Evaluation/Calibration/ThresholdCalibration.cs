using System.Text.Json;
using Reranking.Evaluation.Calibration;

namespace Reranking;

/// <summary>Which <c>MinScore</c> keeps what is relevant, for one model on one set.</summary>
/// <remarks>
/// <para>
/// A threshold belongs to the model that it was measured with: <see cref="ToSettings"/> writes <c>MinScoreModel</c> beside <c>MinScore</c>, so that reranking
/// warns
/// when another model answers. Immutable.
/// </para>
/// <para>Documents without a judgment count as not relevant. On a set with few judgments, precision is higher than it looks.</para>
/// </remarks>
public sealed record ThresholdCalibration
{
    /// <summary>A threshold that keeps less than this share of the relevant documents is none.</summary>
    private const double LeastRecall = 0.1;

    private const int LeastKept = 5;
    private const int MaxPoints = 100;

    /// <summary>How much lower the precision may be on queries that the threshold was not chosen on.</summary>
    private const double HeldOutTolerance = 0.1;

    /// <summary>Gets the name of the scorer.</summary>
    /// <value>The name, or <see langword="null"/> for a scorer without one.</value>
    public string? ScorerName { get; init; }

    /// <summary>Gets the model that the scores are of.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets the revision of the model, as <see cref="IModelRevision"/> returns it.</summary>
    /// <value>A short text, or <see langword="null"/> if it is unknown.</value>
    public string? Revision { get; init; }

    /// <summary>Gets how much of what is kept should be relevant, from 0 to 1.</summary>
    public required double WantedPrecision { get; init; }

    /// <summary>Gets the threshold.</summary>
    /// <value>
    /// The lowest one with the wanted precision, or <see langword="null"/> if there is no clean separation: no threshold reaches it with a tenth of the
    /// relevant
    /// documents, or the one that does fails on other queries.
    /// </value>
    public double? MinScore { get; init; }

    /// <summary>Gets how much of what <see cref="MinScore"/> keeps is relevant.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> without a threshold.</value>
    public double? Precision { get; init; }

    /// <summary>Gets how much of what is relevant is kept by <see cref="MinScore"/>.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> without a threshold.</value>
    public double? Recall { get; init; }

    /// <summary>Gets the precision on the half of the queries that a threshold was not chosen on, both ways together.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> if there are too few scores for halves.</value>
    public double? HeldOutPrecision { get; init; }

    /// <summary>Gets how many of the scores are of relevant documents.</summary>
    public required int RelevantCount { get; init; }

    /// <summary>Gets how many of the scores are of other documents.</summary>
    public required int OtherCount { get; init; }

    /// <summary>Gets precision and recall over thresholds, the highest threshold first; at most 100.</summary>
    public required IReadOnlyList<CalibrationPoint> Points { get; init; }

    /// <summary>Finds the threshold.</summary>
    /// <param name="observations">The scores.</param>
    /// <param name="wantedPrecision">How much of what is kept should be relevant: more than 0, at most 1.</param>
    /// <returns>The calibration, without names of scorer and model.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observations"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wantedPrecision"/> is out of range.</exception>
    public static ThresholdCalibration Create(IReadOnlyCollection<CalibrationObservation> observations, double wantedPrecision = 0.9)
    {
        ArgumentNullException.ThrowIfNull(observations);
        if (!(wantedPrecision is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(wantedPrecision), wantedPrecision, "Expected more than 0 and at most 1.");
        }

        CalibrationPoint[] points = ThresholdSearch.Points(observations);
        CalibrationPoint? chosen = ThresholdSearch.Choose(points, wantedPrecision, LeastRecall, LeastKept);
        double? heldOut = ThresholdSearch.HeldOutPrecision(observations, wantedPrecision, LeastRecall);
        chosen = heldOut < wantedPrecision - HeldOutTolerance ? null : chosen;
        int relevant = observations.Count(static observation => observation.IsRelevant);
        return new ThresholdCalibration
        {
            WantedPrecision = wantedPrecision,
            MinScore = chosen?.Threshold,
            Precision = chosen?.Precision,
            Recall = chosen?.Recall,
            HeldOutPrecision = heldOut,
            RelevantCount = relevant,
            OtherCount = observations.Count - relevant,
            Points = [.. points.Where((_, index) => index % ((points.Length / MaxPoints) + 1) == 0)],
        };
    }

    /// <summary>Reads a calibration that <see cref="Save"/> has written.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The file is not a calibration.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static ThresholdCalibration Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), CalibrationJsonContext.Default.ThresholdCalibration)
                ?? throw new InvalidDataException($"{path}: found JSON null; expected a calibration.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: found no calibration; expected a file that ThresholdCalibration.Save has written.", exception);
        }
    }

    /// <summary>Writes the calibration as JSON.</summary>
    /// <param name="path">The file; what is there is overwritten.</param>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is <see langword="null"/>.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, CalibrationJsonContext.Default.ThresholdCalibration));
    }

    /// <summary>Returns what goes into the section of the scorer: <c>MinScore</c> and the model that it is for.</summary>
    /// <returns>Keys and values, as they are in <c>Reranking:Scorers:NAME</c>; empty without a threshold.</returns>
    public IReadOnlyDictionary<string, string> ToSettings()
    {
        Dictionary<string, string> settings = [];
        if (MinScore is { } minScore)
        {
            settings["MinScore"] = minScore.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            if (ModelId is { } model)
            {
                settings["MinScoreModel"] = model;
            }
        }

        return settings;
    }
}

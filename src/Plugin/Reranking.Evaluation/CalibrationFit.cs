using Reranking.Evaluation.Calibration;
using Reranking.Evaluation.Reports;

namespace Reranking;

/// <summary>A <see cref="ScoreCalibration"/> that was fitted to labeled pairs, and how good it is on queries that it was not fitted to.</summary>
/// <remarks>
/// <para>
/// The observations come from <see cref="RerankingEvaluation.ObserveAsync"/>. A probability holds for what was scored: where the first stage finds more that
/// is relevant, or the texts are of another kind, fit again. Immutable; it holds numbers only, none of the texts.
/// </para>
/// </remarks>
public sealed record CalibrationFit
{
    private const int Folds = 5;
    private const int LeastPairs = 20;

    /// <summary>Gets the calibration, fitted to all pairs.</summary>
    /// <value>Without <see cref="ScoreCalibration.ModelHash"/> and <see cref="ScoreCalibration.Source"/>, which only the caller knows.</value>
    public required ScoreCalibration Calibration { get; init; }

    /// <summary>Gets how far <see cref="RelevanceScore.Value"/> was from a probability before.</summary>
    public required CalibrationReliability Before { get; init; }

    /// <summary>Gets how far the calibrated scores are, each by a calibration that was fitted to four fifths of the queries, its own not among them.</summary>
    /// <value>The five parts together, or <see langword="null"/> if there are too few queries for parts.</value>
    public required CalibrationReliability? HeldOut { get; init; }

    /// <summary>Gets how many queries there are.</summary>
    public required int QueryCount { get; init; }

    /// <summary>Gets how many of the pairs are of relevant documents.</summary>
    public required int RelevantCount { get; init; }

    /// <summary>Gets how many of the pairs are of other documents.</summary>
    public required int OtherCount { get; init; }

    /// <summary>Fits a calibration.</summary>
    /// <param name="observations">The scores, with <see cref="CalibrationObservation.RawScore"/>; 20 or more, better some thousand.</param>
    /// <param name="kind">The shape of the curve. Platt has two numbers to fit, isotonic needs a few thousand pairs.</param>
    /// <returns>The fit; the same observations in the same order return the same one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observations"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// There are too few, none or all of them are relevant, a raw score is missing or not finite, or relevance does not rise with it.
    /// </exception>
    public static CalibrationFit Create(
        IReadOnlyCollection<CalibrationObservation> observations, ScoreCalibrationKind kind = ScoreCalibrationKind.Platt)
    {
        ArgumentNullException.ThrowIfNull(observations);
        if (observations.Count < LeastPairs)
        {
            throw new ArgumentException($"There are {observations.Count} scores; expected {LeastPairs} or more.", nameof(observations));
        }

        if (observations.Any(static observation => observation.RawScore is not { } raw || !double.IsFinite(raw)))
        {
            throw new ArgumentException("A raw score is missing or not finite; expected a number for each document.", nameof(observations));
        }

        int relevant = observations.Count(static observation => observation.IsRelevant);
        if (relevant == 0 || relevant == observations.Count)
        {
            throw new ArgumentException(
                $"{relevant} of {observations.Count} scores are of relevant documents; expected some, and some others.", nameof(observations));
        }

        string[] queries = [.. observations.Select(static observation => observation.QueryId).Distinct().Order(StringComparer.Ordinal)];
        return new CalibrationFit
        {
            Calibration = CurveFitting.Fit(Points(observations), kind),
            Before = CalibrationReliability.Measure(observations),
            HeldOut = CrossValidate(observations, queries, kind) is { } heldOut ? CalibrationReliability.Measure(heldOut) : null,
            QueryCount = queries.Length,
            RelevantCount = relevant,
            OtherCount = observations.Count - relevant,
        };
    }

    /// <summary>Returns scores with the values that a calibration makes of them, to be measured by <see cref="CalibrationReliability.Measure"/>.</summary>
    /// <param name="observations">The scores, with <see cref="CalibrationObservation.RawScore"/>.</param>
    /// <param name="calibration">The calibration.</param>
    /// <returns>The scores in their order.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A raw score is missing.</exception>
    public static IReadOnlyList<CalibrationObservation> Apply(IEnumerable<CalibrationObservation> observations, ScoreCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(observations);
        ArgumentNullException.ThrowIfNull(calibration);
        return
        [
            .. observations.Select(observation => observation with
            {
                Value = calibration.Apply(
                    observation.RawScore ?? throw new ArgumentException("A raw score is missing; expected a number for each document.", nameof(observations))),
            }),
        ];
    }

    /// <summary>Draws reliability diagrams over each other: the relevant share over the score, on the diagonal where scores are probabilities.</summary>
    /// <param name="title">What is shown, for those who can't see it.</param>
    /// <param name="curves">The names and what was measured, six at most.</param>
    /// <returns>An SVG image that stands by itself, on white.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static string Draw(string title, IReadOnlyList<KeyValuePair<string, CalibrationReliability>> curves)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(curves);
        return ReportPlots.Reliability(title, curves);
    }

    private static List<CalibrationObservation>? CrossValidate(
        IReadOnlyCollection<CalibrationObservation> observations, string[] queries, ScoreCalibrationKind kind)
    {
        var partOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string query in queries)
        {
            partOf[query] = partOf.Count % Folds;
        }

        List<CalibrationObservation> heldOut = [];
        for (int fold = 0; fold < Folds; fold++)
        {
            CalibrationObservation[] training = [.. observations.Where(observation => partOf[observation.QueryId] != fold)];
            int relevant = training.Count(static observation => observation.IsRelevant);
            if (queries.Length < Folds || relevant == 0 || relevant == training.Length)
            {
                return null;
            }

            heldOut.AddRange(Apply(
                observations.Where(observation => partOf[observation.QueryId] == fold), CurveFitting.Fit(Points(training), kind)));
        }

        return heldOut;
    }

    private static (double Raw, bool IsRelevant)[] Points(IReadOnlyCollection<CalibrationObservation> observations) =>
        [.. observations.Select(static observation => (observation.RawScore!.Value, observation.IsRelevant))];
}

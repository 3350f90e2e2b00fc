namespace Reranking;

/// <summary>How far scores are from being probabilities.</summary>
/// <remarks>Immutable. All three numbers are better when they are lower; they depend on how much of what is scored is relevant.</remarks>
public sealed record CalibrationReliability
{
    private const int BinCount = 10;

    // What is said to be impossible and happens would cost without limit.
    private const double LeastProbability = 1e-6;

    /// <summary>Gets how many scores there are.</summary>
    public required int Count { get; init; }

    /// <summary>Gets the expected calibration error: by how much score and relevant share differ, over the ten bins, weighted by their counts.</summary>
    /// <value>From 0 to 1.</value>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>Gets the mean of the squared differences between score and outcome.</summary>
    /// <value>From 0 to 1.</value>
    public required double BrierScore { get; init; }

    /// <summary>Gets the mean of the negated natural logarithms of what was said to be the probability of the outcome.</summary>
    /// <value>From 0; a score counts as 0.000001 to 0.999999.</value>
    public required double LogLoss { get; init; }

    /// <summary>Gets the tenths of the scale that have scores, the lowest first.</summary>
    public required IReadOnlyList<ReliabilityBin> Bins { get; init; }

    /// <summary>Measures scores.</summary>
    /// <param name="observations">The scores; <see cref="CalibrationObservation.Value"/> is what is held against the outcome.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observations"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There are none, or a value is not from 0 to 1.</exception>
    public static CalibrationReliability Measure(IReadOnlyCollection<CalibrationObservation> observations)
    {
        ArgumentNullException.ThrowIfNull(observations);
        if (observations.Count == 0)
        {
            throw new ArgumentException("There are no scores; expected one or more.", nameof(observations));
        }

        if (observations.Any(static observation => observation.Value is not (>= 0 and <= 1)))
        {
            throw new ArgumentException("A value is not from 0 to 1; expected probabilities.", nameof(observations));
        }

        ReliabilityBin[] bins =
        [
            .. observations
                .GroupBy(static observation => Math.Min((int)(observation.Value * BinCount), BinCount - 1))
                .OrderBy(static bin => bin.Key)
                .Select(static bin => new ReliabilityBin(
                    (double)bin.Key / BinCount,
                    (bin.Key + 1.0) / BinCount,
                    bin.Count(),
                    bin.Average(static observation => observation.Value),
                    bin.Average(static observation => observation.IsRelevant ? 1.0 : 0))),
        ];
        return new CalibrationReliability
        {
            Count = observations.Count,
            ExpectedCalibrationError = bins.Sum(static bin => bin.Count * Math.Abs(bin.MeanScore - bin.RelevantShare)) / observations.Count,
            BrierScore = observations.Average(static observation => Math.Pow(observation.Value - (observation.IsRelevant ? 1 : 0), 2)),
            LogLoss = observations.Average(static observation => -Math.Log(
                Math.Clamp(observation.IsRelevant ? observation.Value : 1 - observation.Value, LeastProbability, 1 - LeastProbability))),
            Bins = bins,
        };
    }
}

/// <summary>The scores of a part of the scale.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Count">How many scores there are.</param>
/// <param name="MeanScore">Their mean.</param>
/// <param name="RelevantShare">
/// How many of their documents are relevant, from 0 to 1; near to <paramref name="MeanScore"/> where scores are probabilities.
/// </param>
public sealed record ReliabilityBin(double Low, double High, int Count, double MeanScore, double RelevantShare);

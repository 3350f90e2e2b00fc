namespace Reranking;

/// <summary>A score of a document that is known to be relevant or not.</summary>
/// <param name="QueryId">
/// The query; scores of one query go to the same part when a threshold or a calibration is checked on queries that it was not chosen on.
/// </param>
/// <param name="Value">The <see cref="RelevanceScore.Value"/>.</param>
/// <param name="IsRelevant">Whether the document is relevant.</param>
public readonly record struct CalibrationObservation(string QueryId, double Value, bool IsRelevant)
{
    /// <summary>Gets the <see cref="RelevanceScore.RawValue"/>, which <see cref="CalibrationFit"/> reads.</summary>
    /// <value>Any finite number, or <see langword="null"/>, the default, where it is not known.</value>
    public double? RawScore { get; init; }
}

namespace Reranking;

/// <summary>A score of a document that is known to be relevant or not.</summary>
/// <param name="QueryId">The query; scores of one query go to the same half when a threshold is checked.</param>
/// <param name="Value">The <see cref="RelevanceScore.Value"/>.</param>
/// <param name="IsRelevant">Whether the document is relevant.</param>
public readonly record struct CalibrationObservation(string QueryId, double Value, bool IsRelevant);

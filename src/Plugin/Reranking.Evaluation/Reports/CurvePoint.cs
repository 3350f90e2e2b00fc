namespace Reranking;

/// <summary>What reranking a number of candidates brings.</summary>
/// <param name="CandidateCount">How many of the first candidates are reranked; the others follow in first-stage order.</param>
/// <param name="Value">The mean of the first metric.</param>
/// <param name="Ceiling">The mean that a perfect scorer would have.</param>
public sealed record CurvePoint(int CandidateCount, double Value, double Ceiling);

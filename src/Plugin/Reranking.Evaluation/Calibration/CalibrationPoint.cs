namespace Reranking;

/// <summary>What a threshold keeps.</summary>
/// <param name="Threshold">The lowest <see cref="RelevanceScore.Value"/> that is kept.</param>
/// <param name="Precision">How much of what is kept is relevant, from 0 to 1.</param>
/// <param name="Recall">How much of what is relevant is kept, from 0 to 1.</param>
/// <param name="KeptCount">How many documents are kept.</param>
public sealed record CalibrationPoint(double Threshold, double Precision, double Recall, int KeptCount);

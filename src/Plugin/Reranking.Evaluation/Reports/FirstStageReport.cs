namespace Reranking;

/// <summary>How well the first stage does, and what it leaves to be won.</summary>
public sealed record FirstStageReport
{
    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the means of the metrics, by name.</summary>
    public required IReadOnlyDictionary<string, double> Means { get; init; }

    /// <summary>Gets how long it takes.</summary>
    public required LatencyReport Latency { get; init; }

    /// <summary>Gets the mean of the first metric that a perfect scorer of the candidates would have.</summary>
    public required double Ceiling { get; init; }

    /// <summary>
    /// Gets how much of what is relevant is among the candidates: the mean over the queries, from 0 to 1. When it is low, fix retrieval first.
    /// </summary>
    public required double CandidateRecall { get; init; }

    /// <summary>Gets how many queries have no relevant document among their candidates, so that no scorer can help them.</summary>
    public required int LostQueryCount { get; init; }
}

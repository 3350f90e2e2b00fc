namespace Reranking;

/// <summary>How well the systems answer one query.</summary>
public sealed record QueryReport
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the text.</summary>
    /// <value>The text, or <see langword="null"/> if the report holds none.</value>
    public string? Text { get; init; }

    /// <summary>Gets how many candidates the first stage found.</summary>
    public required int CandidateCount { get; init; }

    /// <summary>Gets the values of the first stage, by name of the metric.</summary>
    public required IReadOnlyDictionary<string, double> FirstStage { get; init; }

    /// <summary>Gets the values of the scorers, by name of the scorer, then of the metric. A scorer that failed is missing.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Scorers { get; init; }

    /// <summary>Gets the first passages before and after reranking, by name of the scorer, if the query is among its worst or best.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PassageReport>> Passages { get; init; } = new Dictionary<string, IReadOnlyList<PassageReport>>();
}

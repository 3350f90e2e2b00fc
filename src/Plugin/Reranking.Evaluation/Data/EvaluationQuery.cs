namespace Reranking;

/// <summary>A query of an evaluation, and what is known to be relevant to it.</summary>
public sealed class EvaluationQuery
{
    /// <summary>Gets what runs and judgments call the query.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what scorers read.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the judgments: how relevant documents are, by their id.</summary>
    /// <value>Grades from 0; a document without one counts as 0. The default is empty.</value>
    public IReadOnlyDictionary<string, int> Grades { get; init; } = new Dictionary<string, int>();

    /// <summary>Gets what a first stage found for the query, the best first.</summary>
    /// <value>The candidates, or <see langword="null"/> if the set brings none.</value>
    public IReadOnlyList<EvaluationDocument>? Candidates { get; init; }
}

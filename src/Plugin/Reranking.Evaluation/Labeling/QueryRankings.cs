namespace Reranking;

/// <summary>How the systems of an evaluation rank the candidates of one query, whether or not anything is known to be relevant to it.</summary>
/// <param name="Query">The query.</param>
/// <param name="FirstStage">The candidates in the order of the first stage.</param>
/// <param name="Scorers">The candidates as each scorer orders them, by its name. A scorer that failed the query is missing.</param>
public sealed record QueryRankings(
    EvaluationQuery Query,
    IReadOnlyList<EvaluationDocument> FirstStage,
    IReadOnlyDictionary<string, IReadOnlyList<EvaluationDocument>> Scorers);

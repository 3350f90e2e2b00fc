namespace Reranking;

/// <summary>How far an evaluation is.</summary>
/// <param name="FinishedQueries">How many queries all scorers have answered.</param>
/// <param name="QueryCount">How many queries there are to answer.</param>
/// <param name="ScoredPairs">How many pairs of query and document were scored, by all scorers together.</param>
public readonly record struct EvaluationProgress(int FinishedQueries, int QueryCount, long ScoredPairs);

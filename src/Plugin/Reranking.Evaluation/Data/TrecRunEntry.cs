namespace Reranking;

/// <summary>A line of a TREC run: a document that a system found.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="Score">The score that the system gave it.</param>
public readonly record struct TrecRunEntry(string DocumentId, double Score);

namespace Reranking;

/// <summary>Where a passage stood before and after reranking.</summary>
/// <param name="Id">The document.</param>
/// <param name="Before">The rank of the first stage, from 1.</param>
/// <param name="After">The rank after reranking, from 1.</param>
/// <param name="Grade">The judgment, or <see langword="null"/> if there is none.</param>
/// <param name="Score">The <see cref="RelevanceScore.Value"/>, or <see langword="null"/> if the passage was not scored.</param>
/// <param name="Text">The beginning of the text, or <see langword="null"/> if the report holds none.</param>
public sealed record PassageReport(string Id, int Before, int After, int? Grade, double? Score, string? Text);

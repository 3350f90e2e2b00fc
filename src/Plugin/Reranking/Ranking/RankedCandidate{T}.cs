namespace Reranking;

/// <summary>A candidate at its position in a ranking.</summary>
/// <typeparam name="T">The type of the candidates.</typeparam>
/// <param name="Candidate">The candidate, as retrieval returned it.</param>
/// <param name="Index">The position of the candidate in the first-stage order, from 0.</param>
/// <param name="Relevance">
/// The relevance of the candidate, or <see langword="null"/> if it was not scored, because its text is blank, it is beyond
/// <see cref="RerankingOptions.CandidateCount"/>, the scorer that scored the others did not score it, or no reranking took place.
/// </param>
public readonly record struct RankedCandidate<T>(T Candidate, int Index, RelevanceScore? Relevance);

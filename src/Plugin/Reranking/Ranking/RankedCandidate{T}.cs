namespace Reranking;

/// <summary>A candidate in its place of a ranking.</summary>
/// <typeparam name="T">The type of the candidates.</typeparam>
/// <param name="Candidate">The candidate, as retrieval returned it.</param>
/// <param name="Index">Where the candidate stood before, from 0: its position in the first-stage order.</param>
/// <param name="Relevance">
/// How relevant the candidate is, or <see langword="null"/> if it was not scored: blank text, beyond <see cref="RerankingOptions.CandidateCount"/>,
/// not scored by the scorer that scored the others, or no reranking took place.
/// </param>
public readonly record struct RankedCandidate<T>(T Candidate, int Index, RelevanceScore? Relevance);

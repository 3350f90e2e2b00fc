using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using Reranking;

namespace RagChat;

/// <summary>The passages for a question.</summary>
/// <param name="Ranking">The passages, the best first, with their first-stage rank and score.</param>
/// <param name="FirstStage">The passages that the first stage alone has first, as many.</param>
/// <param name="Reranking">What the second stage did, or <see langword="null"/> where it took no part.</param>
internal sealed record Findings(
    IReadOnlyList<RankedCandidate<VectorSearchResult<Passage>>> Ranking,
    IReadOnlyList<Passage> FirstStage,
    RerankingResult<VectorSearchResult<Passage>>? Reranking);

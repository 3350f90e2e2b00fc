using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>The keys under which a reranked search tells what happened, in <see cref="KernelSearchResults{T}.Metadata"/>.</summary>
/// <remarks>Entries of the first stage under other keys are kept. No entry holds a text of the query or of a result.</remarks>
public static class RerankedTextSearchMetadata
{
    /// <summary>The relevance of the results: an <see cref="IReadOnlyList{T}"/> of <see cref="Nullable{T}"/> <see cref="RelevanceScore"/>, one a result in their order.</summary>
    /// <remarks><see langword="null"/> where a result was not scored: blank text, beyond <see cref="RerankingOptions.CandidateCount"/>, or no reranking took place.</remarks>
    public const string Scores = "reranking.scores";

    /// <summary>Where the first stage had the results, from 0 for its best: an <see cref="IReadOnlyList{T}"/> of <see cref="int"/>, one a result in their order.</summary>
    public const string FirstStageIndices = "reranking.first_stage_indices";

    /// <summary>What became of the reranking: a <see cref="RerankingOutcome"/>.</summary>
    public const string Outcome = "reranking.outcome";

    /// <summary>Why the results come in first-stage order: a <see cref="RerankingReason"/>.</summary>
    public const string Reason = "reranking.reason";

    /// <summary>The model that scored: a <see cref="string"/>, or <see langword="null"/> where it is unknown or none did.</summary>
    public const string ModelId = "reranking.model";
}

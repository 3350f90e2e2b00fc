namespace Reranking;

/// <summary>The outcome of a call to <see cref="Reranker"/>.</summary>
public enum RerankingOutcome
{
    /// <summary>The scorer answered, and the ranking follows its scores.</summary>
    Reranked,

    /// <summary>There was nothing to score; the ranking is the first-stage order. <see cref="RerankingReason"/> says why.</summary>
    Skipped,

    /// <summary>The scorer failed; the ranking is the first-stage order. <see cref="RerankingReason"/> says why.</summary>
    FellBack,
}

namespace Reranking;

/// <summary>What happens to the candidates beyond <see cref="RerankingOptions.CandidateCount"/>, which are not scored.</summary>
public enum UnscoredCandidates
{
    /// <summary>They follow the scored ones, in first-stage order.</summary>
    Append,

    /// <summary>They are left out.</summary>
    Drop,
}

namespace Reranking;

/// <summary>The reason why a ranking is the first-stage order.</summary>
public enum RerankingReason
{
    /// <summary>None: the candidates were reranked.</summary>
    None,

    /// <summary>Skipped: there were no candidates.</summary>
    NoCandidates,

    /// <summary>Skipped: there was only one candidate, and no <see cref="RerankingOptions.MinScore"/> to compare it with.</summary>
    SingleCandidate,

    /// <summary>Skipped: the query was empty or white space.</summary>
    BlankQuery,

    /// <summary>Skipped: the text of every candidate was null, empty or white space.</summary>
    BlankDocuments,

    /// <summary>Fell back: the scorer took longer than <see cref="RerankingOptions.Timeout"/>.</summary>
    Timeout,

    /// <summary>Fell back: the scorer threw, or was not called because it had failed several times in a row.</summary>
    ScorerFailed,

    /// <summary>
    /// Fell back: the scorer returned too few or too many scores, only NaN, an infinite one, or a <see cref="RelevanceScore.Value"/> outside 0 to 1.
    /// </summary>
    InvalidScores,
}

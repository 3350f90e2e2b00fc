namespace Reranking;

/// <summary>Why a scorer did not answer.</summary>
public enum ScoringAttemptReason
{
    /// <summary>It threw an exception.</summary>
    Failed,

    /// <summary>It took longer than its share of the time.</summary>
    Timeout,

    /// <summary>It returned too few or too many scores, only NaN, an infinite one, or a <see cref="RelevanceScore.Value"/> outside 0 to 1.</summary>
    InvalidScores,

    /// <summary>It was skipped: it failed several times in a row, and its circuit is open until it is tried again.</summary>
    CircuitOpen,

    /// <summary>It was skipped: it is hosted, and the documents must not leave this machine.</summary>
    KeptLocal,
}

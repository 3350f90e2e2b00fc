namespace Reranking;

/// <summary>Why a scorer gave no answer.</summary>
public enum ScoringAttemptReason
{
    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It took longer than its share of the time.</summary>
    Timeout,

    /// <summary>It gave too few or too many scores, a NaN or infinite one, or a <see cref="RelevanceScore.Value"/> outside 0 to 1.</summary>
    InvalidScores,

    /// <summary>It was passed over: it failed several times in a row, and its circuit is open until it is tried again.</summary>
    CircuitOpen,

    /// <summary>It was passed over: it is hosted, and the documents may not leave this machine.</summary>
    KeptLocal,
}

namespace Reranking;

/// <summary>Why a passage was left out of a prompt.</summary>
public enum PassageDropReason
{
    /// <summary>With this passage and the kept passages of better rank, the text would have more tokens than the budget.</summary>
    OverBudget,

    /// <summary>It is nearly the same as a passage of better rank, and contains no other number, name or negation.</summary>
    NearDuplicate,

    /// <summary>It has the same text as a passage of better rank, and the budget did not allow citing its source too.</summary>
    Duplicate,

    /// <summary>It has no text.</summary>
    Blank,
}

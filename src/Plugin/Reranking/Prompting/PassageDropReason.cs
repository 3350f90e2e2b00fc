namespace Reranking;

/// <summary>Why a passage is not in a prompt.</summary>
public enum PassageDropReason
{
    /// <summary>With it, and what ranks before it and was kept, the text would have more tokens than the budget.</summary>
    OverBudget,

    /// <summary>It is nearly the same as a passage of better rank, and holds no other number, name or negation.</summary>
    NearDuplicate,

    /// <summary>It has the same text as a passage of better rank, and the budget had no room to cite its source too.</summary>
    Duplicate,

    /// <summary>It has no text.</summary>
    Blank,
}

namespace Reranking;

/// <summary>A passage that is not in a prompt.</summary>
/// <param name="Index">Its position in the list that was packed.</param>
/// <param name="Reason">Why it is not.</param>
public readonly record struct DroppedPassage(int Index, PassageDropReason Reason);

namespace Reranking;

/// <summary>A passage that was left out of a prompt.</summary>
/// <param name="Index">Its position in the list that was packed.</param>
/// <param name="Reason">Why it was left out.</param>
public readonly record struct DroppedPassage(int Index, PassageDropReason Reason);

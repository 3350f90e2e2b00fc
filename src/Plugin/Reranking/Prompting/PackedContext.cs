namespace Reranking;

/// <summary>Passages that were packed for a prompt.</summary>
/// <remarks>Immutable.</remarks>
public sealed class PackedContext
{
    internal PackedContext(string text, int tokenCount, IReadOnlyList<PackedPassage> passages, IReadOnlyList<DroppedPassage> dropped)
    {
        Text = text;
        TokenCount = tokenCount;
        Passages = passages;
        Dropped = dropped;
    }

    /// <summary>Gets the text for the prompt: the preamble and the passages.</summary>
    public string Text { get; }

    /// <summary>Gets the number of tokens of <see cref="Text"/>, counted as a whole.</summary>
    public int TokenCount { get; }

    /// <summary>Gets the passages in the text by rank, whatever their order in the text: the one with the lowest number comes first.</summary>
    public IReadOnlyList<PackedPassage> Passages { get; }

    /// <summary>Gets the passages that were left out, by rank.</summary>
    public IReadOnlyList<DroppedPassage> Dropped { get; }
}

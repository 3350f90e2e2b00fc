namespace Reranking;

/// <summary>Passages, packed for a prompt.</summary>
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

    /// <summary>Gets the preamble and the passages, as they go into the prompt.</summary>
    public string Text { get; }

    /// <summary>Gets how many tokens <see cref="Text"/> has, counted as a whole.</summary>
    public int TokenCount { get; }

    /// <summary>Gets the passages of the text, by rank, whatever their order in it: the one with the lowest number is the first.</summary>
    public IReadOnlyList<PackedPassage> Passages { get; }

    /// <summary>Gets the passages that are not in the text, by rank.</summary>
    public IReadOnlyList<DroppedPassage> Dropped { get; }
}

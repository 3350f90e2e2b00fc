namespace Reranking;

/// <summary>A passage in a prompt: either one that was passed in, or neighbors merged into one.</summary>
/// <remarks>Immutable.</remarks>
public sealed class PackedPassage
{
    internal PackedPassage(int citation, string text, IReadOnlyList<ContextPassage> sources, IReadOnlyList<int> indices)
    {
        Citation = citation;
        Text = text;
        Sources = sources;
        Indices = indices;
    }

    /// <summary>Gets the number for citation.</summary>
    /// <value>Starts at <see cref="ContextPackerOptions.FirstCitation"/>, in order of rank.</value>
    public int Citation { get; }

    /// <summary>Gets the text; merged chunks are in the order of their document.</summary>
    public string Text { get; }

    /// <summary>Gets the passages to cite, best-ranked first: those of different sources that make up the text or have the same text.</summary>
    public IReadOnlyList<ContextPassage> Sources { get; }

    /// <summary>Gets the positions of the passages that make up the text or have the same text.</summary>
    /// <value>Positions in the list that was packed, ascending.</value>
    public IReadOnlyList<int> Indices { get; }
}

namespace Reranking;

/// <summary>A passage of a prompt: one that was given, or neighbors merged to one.</summary>
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

    /// <summary>Gets the number to cite it by.</summary>
    /// <value>From <see cref="ContextPackerOptions.FirstCitation"/>, by rank.</value>
    public int Citation { get; }

    /// <summary>Gets the text, that of merged chunks in the order of their document.</summary>
    public string Text { get; }

    /// <summary>Gets what to cite, the best ranked first: the passages of different sources that the text is, or is the same as.</summary>
    public IReadOnlyList<ContextPassage> Sources { get; }

    /// <summary>Gets where the passages stood that the text is made of or is the same as.</summary>
    /// <value>Positions in the list that was packed, ascending.</value>
    public IReadOnlyList<int> Indices { get; }
}

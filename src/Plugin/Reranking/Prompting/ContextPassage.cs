namespace Reranking;

/// <summary>A passage that may go into a prompt, with its source.</summary>
/// <param name="Text">The text for the model. A blank one is left out.</param>
/// <remarks>Pass passages best first: the position in the list is the rank.</remarks>
public sealed record ContextPassage(string Text)
{
    /// <summary>Gets the title of the source, to be cited.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Title { get; init; }

    /// <summary>Gets the link to the source, to be cited.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Link { get; init; }

    /// <summary>Gets the id of the source, which is cited if there is no link.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? SourceId { get; init; }

    /// <summary>Gets the document that the passage is a chunk of.</summary>
    /// <value>Any id. The default is <see langword="null"/>: the passage has no neighbors.</value>
    public string? DocumentId { get; init; }

    /// <summary>Gets the position of the chunk in its document; chunks with consecutive numbers are neighbors, and are merged into one passage.</summary>
    /// <value>The default is <see langword="null"/>: the passage has no neighbors.</value>
    public int? ChunkNumber { get; init; }

    /// <summary>Gets how the source is cited.</summary>
    internal string Citation => (Title, Link ?? SourceId) switch
    {
        ({ Length: > 0 } title, { Length: > 0 } place) => $"{title} ({place})",
        ({ Length: > 0 } title, _) => title,
        (_, { } place) => place,
        _ => "",
    };
}

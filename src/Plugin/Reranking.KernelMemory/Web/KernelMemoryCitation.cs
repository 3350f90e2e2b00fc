namespace Reranking;

/// <summary>A file and those of its partitions that a search of Kernel Memory's web service found.</summary>
/// <remarks>Immutable, unless the collections are changed.</remarks>
public sealed record KernelMemoryCitation
{
    /// <summary>Gets index, document and file as <c>index/document/file</c>, which identifies the file.</summary>
    public string Link { get; init; } = "";

    /// <summary>Gets the index.</summary>
    public string Index { get; init; } = "";

    /// <summary>Gets the id of the document, which can have several files.</summary>
    public string DocumentId { get; init; } = "";

    /// <summary>Gets the id of the file.</summary>
    public string FileId { get; init; } = "";

    /// <summary>Gets the media type of the file.</summary>
    public string SourceContentType { get; init; } = "";

    /// <summary>Gets the name of the file.</summary>
    public string SourceName { get; init; } = "";

    /// <summary>Gets the address of a web page, or the path of the file in the service.</summary>
    /// <value>The address as the service wrote it, or <see langword="null"/> for none.</value>
    public string? SourceUrl { get; init; }

    /// <summary>Gets the partitions, the most relevant first.</summary>
    public IReadOnlyList<KernelMemoryPartition> Partitions { get; init; } = [];
}

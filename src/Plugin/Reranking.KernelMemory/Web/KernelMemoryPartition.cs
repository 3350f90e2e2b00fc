using System.Text.Json.Serialization;

namespace Reranking;

/// <summary>A piece of text that a search of Kernel Memory's web service found.</summary>
/// <remarks>Immutable, unless the collections are changed.</remarks>
public sealed record KernelMemoryPartition
{
    /// <summary>Gets the text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gets how relevant the text is.</summary>
    /// <value>
    /// In the citations of a reranked search from 0 to 1: the <see cref="RelevanceScore.Value"/> of the score, or, for a text that was not scored, the
    /// relevance of the service, but no more than the lowest score. In <see cref="KernelMemorySearchResult.Reranking"/> the relevance of the service.
    /// </value>
    public double Relevance { get; init; }

    /// <summary>Gets the number of the partition in its file, from 0.</summary>
    public int PartitionNumber { get; init; }

    /// <summary>Gets the number of the page, segment or scene in its file.</summary>
    public int SectionNumber { get; init; }

    /// <summary>Gets when the partition was last written.</summary>
    /// <value>The time, or <see langword="null"/> if the service does not say.</value>
    public DateTimeOffset? LastUpdate { get; init; }

    /// <summary>Gets the tags of the document, Kernel Memory's own (<c>__document_id</c> and its kin) included.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string?>> Tags { get; init; } = new Dictionary<string, IReadOnlyList<string?>>();

    /// <summary>Gets the score of the text, in the citations of a reranked search.</summary>
    /// <value>The score, or <see langword="null"/> if the text was not scored.</value>
    [JsonIgnore]
    public RelevanceScore? RelevanceScore { get; init; }

    /// <summary>Gets the position of the partition in the response of the service, from 0, in the citations of a search.</summary>
    [JsonIgnore]
    public int FirstStageIndex { get; init; }
}

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
    /// Among the citations of a reranked search from 0 to 1: the <see cref="RelevanceScore.Value"/>, or what the service gave, but no more than the lowest score, for a text that was not
    /// scored. In <see cref="KernelMemorySearchResult.Reranking"/> what the service gave.
    /// </value>
    public double Relevance { get; init; }

    /// <summary>Gets the number of the partition in its file, from 0.</summary>
    public int PartitionNumber { get; init; }

    /// <summary>Gets the number of the page, segment or scene in its file.</summary>
    public int SectionNumber { get; init; }

    /// <summary>Gets when the partition was last written.</summary>
    /// <value>The time, or <see langword="null"/> where the service does not tell.</value>
    public DateTimeOffset? LastUpdate { get; init; }

    /// <summary>Gets the tags of the document, Kernel Memory's own (<c>__document_id</c> and its kin) included.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string?>> Tags { get; init; } = new Dictionary<string, IReadOnlyList<string?>>();

    /// <summary>Gets the score of the scorer, among the citations of a reranked search.</summary>
    /// <value>The score, or <see langword="null"/> where the text was not scored.</value>
    [JsonIgnore]
    public RelevanceScore? Score { get; init; }

    /// <summary>Gets where the partition stood in what the service gave, from 0, among the citations of a search.</summary>
    [JsonIgnore]
    public int FirstStageIndex { get; init; }
}

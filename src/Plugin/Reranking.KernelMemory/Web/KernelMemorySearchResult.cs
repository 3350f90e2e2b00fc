namespace Reranking;

/// <summary>What a reranked search of Kernel Memory's web service found.</summary>
/// <remarks>Immutable, unless the collections are changed.</remarks>
public sealed class KernelMemorySearchResult
{
    internal KernelMemorySearchResult(string query, IReadOnlyList<KernelMemoryCitation> results, RerankingResult<KernelMemoryPartition> reranking)
    {
        Query = query;
        Results = results;
        Reranking = reranking;
    }

    /// <summary>Gets the text that was searched for.</summary>
    public string Query { get; }

    /// <summary>Gets a value indicating whether nothing was found, or nothing stayed above <see cref="RerankingOptions.MinScore"/>.</summary>
    public bool NoResult => Results.Count == 0;

    /// <summary>Gets the files, in the order of their most relevant partitions.</summary>
    public IReadOnlyList<KernelMemoryCitation> Results { get; }

    /// <summary>Gets what the reranking did, and the partitions of all files in one ranking, as the service returned them.</summary>
    public RerankingResult<KernelMemoryPartition> Reranking { get; }
}

namespace Reranking;

/// <summary>The body of the answer to a search.</summary>
internal sealed record SearchResponse
{
    public bool NoResult { get; init; }

    public IReadOnlyList<KernelMemoryCitation>? Results { get; init; }
}

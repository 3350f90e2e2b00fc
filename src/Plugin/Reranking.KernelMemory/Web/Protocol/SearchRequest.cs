namespace Reranking;

/// <summary>The body of a search.</summary>
internal sealed record SearchRequest
{
    public required string Index { get; init; }

    public required string Query { get; init; }

    public required double MinRelevance { get; init; }

    public required int Limit { get; init; }

    public required IReadOnlyList<IReadOnlyDictionary<string, List<string?>>> Filters { get; init; }
}

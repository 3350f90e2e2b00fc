using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reranking.KernelMemory.Web.Protocol;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class KernelMemoryJson : JsonSerializerContext;

/// <summary>The body of a search request.</summary>
internal sealed record SearchRequest
{
    public required string Index { get; init; }

    public required string Query { get; init; }

    public required double MinRelevance { get; init; }

    public required int Limit { get; init; }

    public required IReadOnlyList<IReadOnlyDictionary<string, List<string?>>> Filters { get; init; }
}

/// <summary>The body of the response to a search.</summary>
internal sealed record SearchResponse
{
    public bool NoResult { get; init; }

    public IReadOnlyList<KernelMemoryCitation>? Results { get; init; }
}

/// <summary>The body of an error response, <c>application/problem+json</c>.</summary>
internal sealed record ProblemResponse
{
    public string? Title { get; init; }

    public string? Detail { get; init; }
}

namespace Reranking;

/// <summary>The body of an error, as <c>application/problem+json</c>.</summary>
internal sealed record ProblemResponse
{
    public string? Title { get; init; }

    public string? Detail { get; init; }
}

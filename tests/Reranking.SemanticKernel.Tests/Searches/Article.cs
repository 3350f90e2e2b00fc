using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>A record that says itself where its text is.</summary>
public sealed record Article([property: TextSearchResultName] string Title, [property: TextSearchResultValue] string? Text, string Product = "any");

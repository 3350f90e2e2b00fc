namespace Reranking.SemanticKernel.Tests;

/// <summary>What a first stage was asked for in one search; the filter is an expression, or one of the obsolete kind.</summary>
public sealed record SearchCall(string Query, int Top, int Skip, bool IncludeTotalCount, object? Filter);

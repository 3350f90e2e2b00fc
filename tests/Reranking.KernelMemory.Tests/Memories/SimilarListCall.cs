using Microsoft.KernelMemory;

namespace Reranking.KernelMemory.Tests;

/// <summary>What a store was asked for in one similarity search, or in one listing where there is no text.</summary>
public sealed record SimilarListCall(string Index, string? Text, ICollection<MemoryFilter>? Filters, double MinRelevance, int Limit, bool WithEmbeddings);

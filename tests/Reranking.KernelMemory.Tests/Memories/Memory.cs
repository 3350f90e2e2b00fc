using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking.KernelMemory.Tests;

/// <summary>A piece of a file, and how relevant a first stage finds it.</summary>
public sealed record Memory(string File, string Text, double Relevance)
{
    /// <summary>Gives the record of a store, with the text as the store keeps it.</summary>
    public MemoryRecord ToRecord(Func<string, object>? keep = null) => new()
    {
        Id = $"{File}/{Text.GetHashCode(StringComparison.Ordinal)}",
        Tags = { { "__document_id", File }, { "__file_id", $"{File}.md" } },
        Payload = { ["text"] = keep is null ? Text : keep(Text) },
    };
}

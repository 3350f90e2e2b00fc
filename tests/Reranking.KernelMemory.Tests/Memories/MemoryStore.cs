using System.Runtime.CompilerServices;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.MemoryStorage;

namespace Reranking.KernelMemory.Tests;

/// <summary>A store that gives its memories in their order, as far as threshold and limit let them through.</summary>
public class MemoryStore(IEnumerable<Memory> memories) : IMemoryDb
{
    private readonly Memory[] _memories = [.. memories];

    public List<SimilarListCall> Calls { get; } = [];

    /// <summary>Gets what else was asked for.</summary>
    public List<string> Others { get; } = [];

    /// <summary>Gets or sets how the texts are kept.</summary>
    public Func<string, object>? Keep { get; set; }

    public async IAsyncEnumerable<(MemoryRecord, double)> GetSimilarListAsync(
        string index,
        string text,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = 1,
        bool withEmbeddings = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Calls.Add(new SimilarListCall(index, text, filters, minRelevance, limit, withEmbeddings));
        foreach (Memory memory in _memories.Where(memory => memory.Relevance >= minRelevance).Take(limit > 0 ? limit : int.MaxValue))
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return (memory.ToRecord(Keep), memory.Relevance);
        }
    }

    public async IAsyncEnumerable<MemoryRecord> GetListAsync(
        string index,
        ICollection<MemoryFilter>? filters = null,
        int limit = 1,
        bool withEmbeddings = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Calls.Add(new SimilarListCall(index, null, filters, 0, limit, withEmbeddings));
        foreach (Memory memory in _memories.Take(limit))
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return memory.ToRecord(Keep);
        }
    }

    public Task CreateIndexAsync(string index, int vectorSize, CancellationToken cancellationToken = default) =>
        Noted($"create {index} {vectorSize}", cancellationToken);

    public async Task<IEnumerable<string>> GetIndexesAsync(CancellationToken cancellationToken = default)
    {
        await Noted("list", cancellationToken);
        return ["one", "two"];
    }

    public Task DeleteIndexAsync(string index, CancellationToken cancellationToken = default) => Noted($"delete {index}", cancellationToken);

    public async Task<string> UpsertAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default)
    {
        await Noted($"upsert {index} {record.Id}", cancellationToken);
        return $"stored {record.Id}";
    }

    public Task DeleteAsync(string index, MemoryRecord record, CancellationToken cancellationToken = default) =>
        Noted($"delete {index} {record.Id}", cancellationToken);

    protected Task Noted(string call, CancellationToken cancellationToken)
    {
        Others.Add(cancellationToken.CanBeCanceled ? $"{call} with token" : call);
        return Task.CompletedTask;
    }
}

using Microsoft.KernelMemory.Context;

namespace Microsoft.KernelMemory.Search;

public interface ISearchClient
{
    Task<SearchResult> SearchAsync(
        string index,
        string query,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = -1,
        IContext? context = null,
        CancellationToken cancellationToken = default);

    Task<MemoryAnswer> AskAsync(
        string index,
        string question,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        IContext? context = null,
        CancellationToken cancellationToken = default);

    IAsyncEnumerable<MemoryAnswer> AskStreamingAsync(
        string index,
        string question,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        IContext? context = null,
        CancellationToken cancellationToken = default);

    Task<IEnumerable<string>> ListIndexesAsync(CancellationToken cancellationToken = default);
}

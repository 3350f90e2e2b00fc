using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.KernelMemory.MemoryStorage;
using Microsoft.KernelMemory.Search;
using Reranking;
using Reranking.KernelMemory.MemoryDb;

namespace Microsoft.KernelMemory;

/// <summary>Adds reranking to Kernel Memory: to its searches, its answers and its streamed answers.</summary>
/// <remarks>
/// Kernel Memory asks its store for 100 records for an answer, of which <see cref="RerankingOptions.CandidateCount"/> are scored and the others follow in the
/// store's order. The relevance of all is from 0 to 1, since the prompt prints it as a percentage.
/// </remarks>
public static class KernelMemoryRerankingExtensions
{
    /// <summary>Reranks search, answers and streamed answers. Ingestion keeps the store as it is.</summary>
    /// <param name="builder">The builder of the memory.</param>
    /// <param name="reranker">Reorders what the store finds.</param>
    /// <param name="options">The options, or <see langword="null"/> for those of the reranker. They are copied.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// It adds a search client over the store that is registered when the memory is built, and the last search client that is registered wins: call it after
    /// <c>WithCustomSearchClient</c>, which it replaces.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="reranker"/> is <see langword="null"/>.</exception>
    [Experimental("KMEXP05")]
    public static IKernelMemoryBuilder WithReranking(this IKernelMemoryBuilder builder, Reranker reranker, RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(reranker);
        RerankingOptions? settings = options?.Clone();

        // Only add: the services of a builder are several collections behind one interface, and removing or indexing goes wrong there.
        builder.Services.AddSingleton<ISearchClient>(provider =>
            ActivatorUtilities.CreateInstance<SearchClient>(provider, provider.GetRequiredService<IMemoryDb>().WithReranking(reranker, settings)));
        return builder;
    }

    /// <summary>Decorates a store so that its similarity search is reranked, for a search client.</summary>
    /// <param name="memoryDb">The first stage. It is not disposed.</param>
    /// <param name="reranker">Reorders what the store finds.</param>
    /// <param name="options">The options, or <see langword="null"/> for those of the reranker. They are copied.</param>
    /// <returns>The store. It accepts batches if <paramref name="memoryDb"/> does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="memoryDb"/> or <paramref name="reranker"/> is <see langword="null"/>.</exception>
    public static IMemoryDb WithReranking(this IMemoryDb memoryDb, Reranker reranker, RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(memoryDb);
        return memoryDb is IMemoryDbUpsertBatch batch
            ? new RerankingBatchMemoryDb(memoryDb, batch, reranker, options)
            : new RerankingMemoryDb(memoryDb, reranker, options);
    }
}

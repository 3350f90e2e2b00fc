using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel.Data;

namespace Reranking.Integration.Tests;

/// <summary>Finds all records, by vector and as text.</summary>
internal sealed class Search(Seams.Record[] records) : IVectorSearchable<Seams.Record>, ITextSearch<Seams.Record>
{
    public async IAsyncEnumerable<VectorSearchResult<Seams.Record>> SearchAsync<TInput>(
        TInput searchValue,
        int top,
        VectorSearchOptions<Seams.Record>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        await Task.Yield();
        foreach (Seams.Record record in records)
        {
            yield return new VectorSearchResult<Seams.Record>(record, 0.5);
        }
    }

    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<Seams.Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<string>(records.Select(static record => record.Text).ToAsyncEnumerable()));

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<Seams.Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<TextSearchResult>(records.Select(static record => new TextSearchResult(record.Text)).ToAsyncEnumerable()));

    public Task<KernelSearchResults<Seams.Record>> GetSearchResultsAsync(
        string query, TextSearchOptions<Seams.Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new KernelSearchResults<Seams.Record>(records.ToAsyncEnumerable()));

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;
}

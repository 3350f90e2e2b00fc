using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel.Data;

namespace Reranking.Integration.Tests;

/// <summary>The ways in which records come to a reranker, each with a first stage that finds all of them.</summary>
internal static class Seams
{
    /// <summary>Those that give the record to the rule.</summary>
    public static IReadOnlyDictionary<string, Func<Reranker, Record[], Task>> OfRecords { get; } = new Dictionary<string, Func<Reranker, Record[], Task>>
    {
        ["list"] = static (reranker, records) => reranker.RerankAsync("query", records, static record => record.Text),
        ["stream"] = static (reranker, records) => reranker.RerankAsync("query", records.ToAsyncEnumerable(), static record => record.Text),
        ["page"] = static (reranker, records) =>
            reranker.GetPage("query", skip: 0, top: 5).RerankAsync(records.ToAsyncEnumerable(), static record => record.Text),
        ["delegate"] = static (reranker, records) =>
        {
            Func<string, CancellationToken, Task<IEnumerable<Record>>> search = (_, _) => Task.FromResult<IEnumerable<Record>>(records);
            return search.WithReranking(reranker, static record => record.Text)("query", CancellationToken.None);
        },
        ["vector search"] = static async (reranker, records) =>
            await ((IVectorSearchable<Record>)new Search(records)).WithReranking(reranker, static record => record.Text)
                .SearchAsync("query", top: 5).ToListAsync(),
        ["text search, records"] = static async (reranker, records) =>
        {
            RerankedTextSearch<Record> search = new Search(records).WithReranking(reranker, new() { TextSelector = static record => record.Text });
            await (await search.GetSearchResultsAsync("query")).Results.ToListAsync();
        },
    };

    /// <summary>Those that give a text, or a result without the fields of the record.</summary>
    public static IReadOnlyDictionary<string, Func<Reranker, Record[], Task>> OfTexts { get; } = new Dictionary<string, Func<Reranker, Record[], Task>>
    {
        ["texts"] = static (reranker, records) => reranker.RerankAsync("query", [.. records.Select(static record => record.Text)]),
        ["text search, texts"] = static async (reranker, records) =>
            await (await new Search(records).WithReranking(reranker).SearchAsync("query")).Results.ToListAsync(),
        ["text search, results"] = static async (reranker, records) =>
            await (await new Search(records).WithReranking(reranker).GetTextSearchResultsAsync("query")).Results.ToListAsync(),
    };

    /// <summary>Searches Kernel Memory's web service, which finds texts with the tags of some JSON.</summary>
    public static async Task SearchKernelMemoryAsync(Reranker reranker, string tags, string[] texts)
    {
        var found = new JsonObject
        {
            ["results"] = new JsonArray(new JsonObject
            {
                ["link"] = "help/1/1.md",
                ["index"] = "help",
                ["documentId"] = "1",
                ["fileId"] = "1.md",
                ["partitions"] = new JsonArray([.. texts.Select((text, i) => (JsonNode)new JsonObject
                {
                    ["text"] = text, ["relevance"] = 0.5, ["partitionNumber"] = i, ["tags"] = JsonNode.Parse(tags),
                })]),
            }),
        };
        using var client = new HttpClient(new Service(found.ToJsonString()));
        var search = new RerankedKernelMemorySearch(client, reranker, new KernelMemorySearchOptions { Endpoint = new Uri("http://localhost:9001") });
        await search.SearchAsync("query");
    }

    public sealed record Record(string Text, object? Confidential);

    private sealed class Service(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") });
    }

    private sealed class Search(Record[] records) : IVectorSearchable<Record>, ITextSearch<Record>
    {
        public async IAsyncEnumerable<VectorSearchResult<Record>> SearchAsync<TInput>(
            TInput searchValue,
            int top,
            VectorSearchOptions<Record>? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
            where TInput : notnull
        {
            await Task.Yield();
            foreach (Record record in records)
            {
                yield return new VectorSearchResult<Record>(record, 0.5);
            }
        }

        public Task<KernelSearchResults<string>> SearchAsync(
            string query, TextSearchOptions<Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new KernelSearchResults<string>(records.Select(static record => record.Text).ToAsyncEnumerable()));

        public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
            string query, TextSearchOptions<Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new KernelSearchResults<TextSearchResult>(records.Select(static record => new TextSearchResult(record.Text)).ToAsyncEnumerable()));

        public Task<KernelSearchResults<Record>> GetSearchResultsAsync(
            string query, TextSearchOptions<Record>? searchOptions = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new KernelSearchResults<Record>(records.ToAsyncEnumerable()));

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;
    }
}

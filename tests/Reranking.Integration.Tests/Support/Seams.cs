using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Data;
using Reranking.Extensions.AI.Tests;
using Reranking.VectorData.Tests;
using AgentContextProvider = Microsoft.Agents.AI.AIContextProvider;
using AgentTextSearch = Microsoft.Agents.AI.TextSearchProvider;

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
        ["text search, records for callers of the obsolete kind"] = static async (reranker, records) =>
        {
            ITextSearch search = new Search(records).WithReranking(reranker, new() { TextSelector = static record => record.Text });
            await (await search.GetSearchResultsAsync("query")).Results.ToListAsync();
        },
        ["obsolete text search, records"] = static async (reranker, records) =>
            await (await WithReranking(new ObsoleteSearch(records), reranker).GetSearchResultsAsync("query")).Results.ToListAsync(),
        ["obsolete text search, records for callers of the obsolete kind"] = static async (reranker, records) =>
            await (await ((ITextSearch)WithReranking(new ObsoleteSearch(records), reranker)).GetSearchResultsAsync("query")).Results.ToListAsync(),
        ["hybrid search"] = static async (reranker, records) =>
            await ((IKeywordHybridSearchable<Record>)Collection(records)).WithReranking(reranker, static record => record.Text)
                .HybridSearchAsync("query", ["invoices"], top: 5).ToListAsync(),
        ["hybrid search, ranking"] = static (reranker, records) =>
            ((IKeywordHybridSearchable<Record>)Collection(records)).WithReranking(reranker, static record => record.Text)
                .HybridSearchRankingAsync("query", ["invoices"], top: 5),
        ["collection"] = static async (reranker, records) =>
            await Collection(records).WithReranking(reranker, static record => record.Text).SearchAsync("query", top: 5).ToListAsync(),
        ["collection, ranking"] = static (reranker, records) =>
            Collection(records).WithReranking(reranker, static record => record.Text).SearchRankingAsync("query", top: 5),
        ["collection, hybrid search"] = static async (reranker, records) =>
        {
            using RerankedVectorStoreCollection<string, Record> collection = Collection(records).WithReranking(reranker, static record => record.Text);
            var hybrid = (IKeywordHybridSearchable<Record>)collection.GetService(typeof(IKeywordHybridSearchable<Record>))!;
            await hybrid.HybridSearchAsync("query", ["invoices"], top: 5).ToListAsync();
        },
        ["store"] = static async (reranker, records) =>
            await new MemoryStore(Collection(records)).WithReranking(reranker, new() { TextProperty = nameof(Record.Text) })
                .GetCollection<string, Record>("passages").SearchAsync("query", top: 5).ToListAsync(),
        ["store, dictionaries"] = static async (reranker, records) =>
        {
            var collection = new RecordingStore<object, Dictionary<string, object?>>((_, _) => records.Select(static record =>
                new Dictionary<string, object?> { [nameof(Record.Text)] = record.Text, [nameof(Record.Confidential)] = record.Confidential }));
            await new MemoryStore(collection).WithReranking(reranker, new() { TextProperty = nameof(Record.Text) })
                .GetDynamicCollection("passages", new()).SearchAsync("query", top: 5).ToListAsync();
        },
        ["function filter, list"] = static (reranker, records) => InvokeFilteredAsync(reranker, records.ToList()),
        ["function filter, array"] = static (reranker, records) => InvokeFilteredAsync(reranker, records),
        ["function filter, search results"] = static (reranker, records) =>
            InvokeFilteredAsync(reranker, new KernelSearchResults<Record>(records.ToAsyncEnumerable())),
        ["function filter, result that holds records"] = static (reranker, records) => InvokeFilteredAsync(reranker, new Page(records)),
        ["function filter, call of a model"] = static (reranker, records) => InvokeFilteredByModelAsync(reranker, records.ToList()),
        ["search tool"] = static (reranker, records) =>
            new RerankedSearchTool<Record>((_, _, _) => Task.FromResult<IEnumerable<Record>>(records), reranker, static record => record.Text)
                .InvokeAsync(new() { ["query"] = "query" }).AsTask(),
        ["agent, context provider"] = static (reranker, records) => RunAgentAsync(
            new RerankedContextProvider<Record>((_, _) => Task.FromResult<IEnumerable<Record>>(records), reranker, static record => record.Text)),
    };

    /// <summary>Those that give a text, or a result without the fields of the record.</summary>
    public static IReadOnlyDictionary<string, Func<Reranker, Record[], Task>> OfTexts { get; } = new Dictionary<string, Func<Reranker, Record[], Task>>
    {
        ["texts"] = static (reranker, records) => reranker.RerankAsync("query", [.. records.Select(static record => record.Text)]),
        ["text search, texts"] = static async (reranker, records) =>
            await (await new Search(records).WithReranking(reranker).SearchAsync("query")).Results.ToListAsync(),
        ["text search, results"] = static async (reranker, records) =>
            await (await new Search(records).WithReranking(reranker).GetTextSearchResultsAsync("query")).Results.ToListAsync(),
        ["text search, texts for callers of the obsolete kind"] = static async (reranker, records) =>
            await (await ((ITextSearch)new Search(records).WithReranking(reranker)).SearchAsync("query")).Results.ToListAsync(),
        ["obsolete text search, texts"] = static async (reranker, records) =>
            await (await WithReranking(new ObsoleteSearch(records), reranker).SearchAsync("query")).Results.ToListAsync(),
        ["obsolete text search, results"] = static async (reranker, records) =>
            await (await ((ITextSearch)WithReranking(new ObsoleteSearch(records), reranker)).GetTextSearchResultsAsync("query")).Results.ToListAsync(),
        ["function filter, texts"] = static (reranker, records) =>
            InvokeFilteredAsync(reranker, records.Select(static record => record.Text).ToList()),
        ["function filter, results"] = static (reranker, records) =>
            InvokeFilteredAsync(reranker, records.Select(static record => new TextSearchResult(record.Text)).ToArray()),
        ["function filter, objects"] = static (reranker, records) =>
            InvokeFilteredAsync(reranker, records.Select(static record => (object)new TextSearchResult(record.Text)).ToList()),
        ["function filter, texts for a model"] = static (reranker, records) =>
            InvokeFilteredByModelAsync(reranker, records.Select(static record => record.Text).ToList()),
        ["plugin, texts"] = static (reranker, records) =>
            InvokeAsync(RerankedSearchPlugin.CreateSearch(new Search(records).WithReranking(reranker))),
        ["plugin, results"] = static (reranker, records) =>
            InvokeAsync(RerankedSearchPlugin.CreateGetTextSearchResults(new Search(records).WithReranking(reranker))),
        ["plugin, cited passages"] = static (reranker, records) =>
            InvokeAsync(RerankedSearchPlugin.CreateGetCitedPassages(new Search(records).WithReranking(reranker))),
        ["agent, text search"] = static (reranker, records) =>
        {
            Func<string, CancellationToken, Task<IEnumerable<AgentTextSearch.TextSearchResult>>> search = (_, _) =>
                Task.FromResult(records.Select(static record => new AgentTextSearch.TextSearchResult { Text = record.Text, RawRepresentation = record }));
            return RunAgentAsync(new AgentTextSearch(search.WithReranking(reranker, static result => result.Text)));
        },
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

    private static RecordingStore<string, Record> Collection(Record[] records) => new((_, _) => records);

    private static RerankedTextSearch<object> WithReranking(ITextSearch search, Reranker reranker) =>
        search.WithReranking(reranker, new() { TextSelector = static record => ((Record)record).Text });

    private static RerankingFunctionFilter Filter(Reranker reranker) => new(reranker, new RerankingFunctionFilterOptions()
        .AddFunction("Help", "Find")
        .AddItemType<Record>(static record => record.Text)
        .AddResultType<Page, Record>(static page => page.Records, static record => record.Text, static (_, records) => new Page(records)));

    private static KernelFunction Find(object found) =>
        KernelPluginFactory.CreateFromFunctions("Help", [KernelFunctionFactory.CreateFromMethod((string query) => found, "Find")])["Find"];

    private static Task<FunctionResult> InvokeAsync(KernelFunction function, IFunctionInvocationFilter? filter = null)
    {
        var kernel = new Kernel();
        if (filter is not null)
        {
            kernel.FunctionInvocationFilters.Add(filter);
        }

        return function.InvokeAsync(kernel, new() { ["query"] = "query" });
    }

    private static Task<FunctionResult> InvokeFilteredAsync(Reranker reranker, object found) => InvokeAsync(Find(found), Filter(reranker));

    private static Task InvokeFilteredByModelAsync(Reranker reranker, object found)
    {
        KernelFunction function = Find(found);
        var call = new AutoFunctionInvocationContext(
            new Kernel(), function, new FunctionResult(function), new ChatHistory(), new ChatMessageContent(AuthorRole.Assistant, "Let me look."))
        {
            Arguments = new() { ["query"] = "query" },
        };
        return Filter(reranker).OnAutoFunctionInvocationAsync(
            call, async context => context.Result = await function.InvokeAsync(context.Kernel, context.Arguments));
    }

    private static Task<AgentResponse> RunAgentAsync(AgentContextProvider provider) =>
        new ChatClientAgent(new FakeChatClient("I see."), new ChatClientAgentOptions { AIContextProviders = [provider] }).RunAsync("query");

    public sealed record Record(string Text, object? Confidential);

    private sealed record Page(IReadOnlyList<Record> Records);

    private sealed class Service(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") });
    }
}

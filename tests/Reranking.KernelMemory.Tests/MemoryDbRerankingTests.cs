using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.MemoryStorage;
using Reranking.Extensions.AI.Tests;
using Reranking.VectorData.Tests;

namespace Reranking.KernelMemory.Tests;

public sealed class MemoryDbRerankingTests
{
    private const string Query = "red apple tree";

    private static readonly Memory[] Memories = [new("sky", "blue sky", 0.9), new("wine", "red wine", 0.8), new("fruit", "red apple tree", 0.6)];

    private readonly WordOverlapScorer _scorer = new();
    private readonly MemoryStore _store = new(Memories);

    [Fact]
    public async Task GetSimilarListAsync_Query_IsReranked()
    {
        (string, double)[] results = await SearchAsync(_store.WithReranking(new Reranker(_scorer)), limit: 2);

        Assert.Equal([("red apple tree", 1), ("red wine", 1 / 3d)], results);
    }

    [Fact]
    public async Task GetSimilarListAsync_Arguments_PassUnchangedButTheLimit()
    {
        MemoryFilter[] filters = [new MemoryFilter().ByTag("user", "7")];
        IMemoryDb reranked = _store.WithReranking(new Reranker(_scorer), new RerankingOptions { CandidateCount = 30 });

        await foreach ((MemoryRecord, double) _ in reranked.GetSimilarListAsync("garden", Query, filters, minRelevance: 0.65, limit: 2, withEmbeddings: true))
        {
        }

        Assert.Equal([new SimilarListCall("garden", Query, filters, 0.65, 30, true)], _store.Calls);
        Assert.Equal(["blue sky", "red wine"], Assert.Single(_scorer.Calls).Documents);   // the threshold took the best from the store's own list
    }

    [Fact]
    public async Task GetSimilarListAsync_TextKeptAsJson_IsRead()
    {
        _store.Keep = static text => JsonSerializer.SerializeToElement(text);

        Assert.Equal("red apple tree", (await SearchAsync(_store.WithReranking(new Reranker(_scorer)), limit: 1))[0].Item1);
        Assert.Equal(["blue sky", "red wine", "red apple tree"], Assert.Single(_scorer.Calls).Documents);
    }

    [Fact]
    public async Task GetSimilarListAsync_RecordWithoutText_ComesLast()
    {
        IMemoryDb reranked = new TextlessStore(_store).WithReranking(new Reranker(_scorer));
        var ids = new List<string>();
        await foreach ((MemoryRecord record, double _) in reranked.GetSimilarListAsync("garden", Query, limit: 4))
        {
            ids.Add(record.Id.Split('/')[0]);
        }

        Assert.Equal(["fruit", "wine", "sky", "textless"], ids);
    }

    [Fact]
    public async Task GetListAsync_Filters_AreNeverReranked()
    {
        MemoryFilter[] filters = [new MemoryFilter().ByTag("user", "7")];
        var texts = new List<object>();
        await foreach (MemoryRecord record in _store.WithReranking(new Reranker(_scorer)).GetListAsync("garden", filters, limit: 2, withEmbeddings: true))
        {
            texts.Add(record.Payload["text"]);
        }

        Assert.Equal(["blue sky", "red wine"], texts);
        Assert.Equal([new SimilarListCall("garden", null, filters, 0, 2, true)], _store.Calls);
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task GetSimilarListAsync_KeepLocal_IsAskedAboutTheRecord()
    {
        var asked = new List<object?>();
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking()
            .AddScorer(new WordOverlapScorer { IsLocal = true })
            .KeepLocal<MemoryRecord>(record =>
            {
                asked.Add(record.Tags["__document_id"][0]);
                return false;
            })
            .Services.BuildServiceProvider();

        await SearchAsync(_store.WithReranking(services.GetRequiredService<Reranker>()), limit: 1);

        Assert.Equal(["sky", "wine", "fruit"], asked);
    }

    [Theory]
    [InlineData("wine", 0)]
    [InlineData("WINE", 0)]
    [InlineData("beer", 1)]
    public async Task GetSimilarListAsync_KeepLocalField_ReadsTheTagsOfTheRecords(string value, int hostedCalls)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Reranking:Scorers:near:Provider"] = "Onnx",
            ["Reranking:Scorers:far:Provider"] = "Overlap",
            ["Reranking:Use"] = "far",
            ["Reranking:Timeout"] = "00:10:00",
            ["Reranking:KeepLocal:Field"] = "Tags.__document_id",
            ["Reranking:KeepLocal:Value"] = value,
            ["Reranking:KeepLocal:Use"] = "near",
        }).Build();
        var services = new ServiceCollection();
        services.AddReranking(configuration.GetSection("Reranking")).AddOnnx().AddProvider(_ => new OverlapProvider(_scorer));
        await using ServiceProvider provider = services.BuildServiceProvider();

        (string, double)[] results = await SearchAsync(_store.WithReranking(provider.GetRequiredService<Reranker>()), limit: 1);

        Assert.Equal("red apple tree", Assert.Single(results).Item1);
        Assert.Equal(hostedCalls, _scorer.Calls.Count);
    }

    [Fact]
    public async Task OtherMembers_AnyCall_PassThrough()
    {
        using var source = new CancellationTokenSource();
        IMemoryDb reranked = _store.WithReranking(new Reranker(_scorer));
        var record = new MemoryRecord { Id = "7" };

        await reranked.CreateIndexAsync("garden", 384, source.Token);
        Assert.Equal(["one", "two"], await reranked.GetIndexesAsync(source.Token));
        Assert.Equal("stored 7", await reranked.UpsertAsync("garden", record, source.Token));
        await reranked.DeleteAsync("garden", record, source.Token);
        await reranked.DeleteIndexAsync("garden", source.Token);

        Assert.Equal(
            ["create garden 384 with token", "list with token", "upsert garden 7 with token", "delete garden 7 with token", "delete garden with token"],
            _store.Others);
    }

    [Fact]
    public void WithReranking_StoreWithoutBatches_TakesNone() =>
        Assert.IsNotType<IMemoryDbUpsertBatch>(_store.WithReranking(new Reranker(_scorer)), exactMatch: false);

    [Fact]
    public async Task WithReranking_StoreWithBatches_TakesThemAndReranks()
    {
        using var source = new CancellationTokenSource();
        var store = new BatchMemoryStore(Memories);
        IMemoryDb reranked = store.WithReranking(new Reranker(_scorer));
        var stored = new List<string>();
        await foreach (
            string id in Assert.IsType<IMemoryDbUpsertBatch>(reranked, exactMatch: false)
                .UpsertBatchAsync("garden", [new() { Id = "7" }, new() { Id = "8" }], source.Token))
        {
            stored.Add(id);
        }

        Assert.Equal(["stored 7", "stored 8"], stored);
        Assert.Equal(["batch garden 7+8 with token"], store.Others);
        Assert.Equal("red apple tree", (await SearchAsync(reranked, limit: 1))[0].Item1);
    }

    [Fact]
    public void WithReranking_NoStore_Throws() =>
        Assert.Throws<ArgumentNullException>("memoryDb", () => ((IMemoryDb)null!).WithReranking(new Reranker(_scorer)));

    private static async Task<(string, double)[]> SearchAsync(IMemoryDb store, int limit)
    {
        var results = new List<(string, double)>();
        await foreach ((MemoryRecord record, double relevance) in store.GetSimilarListAsync("garden", Query, limit: limit))
        {
            results.Add((record.Payload["text"].ToString()!, relevance));
        }

        return [.. results];
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.AI;
using Microsoft.KernelMemory.MemoryStorage;
using Microsoft.KernelMemory.Search;

namespace Reranking.KernelMemory.Tests;

/// <summary>The way from question to prompt through Kernel Memory's search client, with the real model.</summary>
public sealed class KernelMemoryBuilderTests(BundledModel model)
{
    private readonly MemoryStore _store = new(HelpCenter.Memories);
    private readonly FactReader _generator = new();

    [Fact]
    public async Task SearchAsync_AnswerBeyondTheThirdPlace_ComesFirst()
    {
        SearchResult before = await new SearchClient(_store, _generator).SearchAsync("help", HelpCenter.Question, limit: 3);
        SearchResult after = await NewClient().SearchAsync("help", HelpCenter.Question, limit: 3);

        Assert.DoesNotContain(HelpCenter.Answer, Texts(before));
        Assert.Equal(HelpCenter.Answer, Texts(after)[0]);
        Assert.Equal((3, 3), (before.Results.Count, after.Results.Count));
        Assert.All(after.Results.SelectMany(static citation => citation.Partitions), static partition => Assert.InRange(partition.Relevance, 0, 1));
    }

    [Fact]
    public async Task AskAsync_AnswerBeyondTheThirdPlace_IsTheFirstFactOfThePrompt()
    {
        await new SearchClient(_store, _generator).AskAsync("help", HelpCenter.Question);
        Assert.True(_generator.Facts.ToList().IndexOf(HelpCenter.Answer) >= 3);
        MemoryAnswer answer = await NewClient().AskAsync("help", HelpCenter.Question);

        Assert.Equal(HelpCenter.Answer, _generator.Facts[0]);
        Assert.Equal(HelpCenter.Memories.Count, _generator.Facts.Count);
        Assert.Equal(HelpCenter.Answer, answer.Result);
        Assert.Equal("help/refunds/refunds.md", answer.RelevantSources[0].Link);
    }

    [Fact]
    public async Task AskAsync_Relevance_IsPrintedAsAFallingShare()
    {
        await NewClient().AskAsync("help", HelpCenter.Question);

        Assert.Equal(_generator.Percentages.OrderDescending(), _generator.Percentages);
        Assert.All(_generator.Percentages, static percentage => Assert.InRange(percentage, 0, 100));
        Assert.True(_generator.Percentages[0] > 50);
    }

    /// <summary>Kernel Memory stops at the first fact that does not fit, so the order decides what the model gets to read.</summary>
    [Fact]
    public async Task AskAsync_PromptForTwoFacts_HoldsTheAnswer()
    {
        _generator.MaxTokenTotal = 300 + _generator.CountTokens(HelpCenter.Question) + 70;
        await new SearchClient(_store, _generator).AskAsync("help", HelpCenter.Question);
        Assert.DoesNotContain(HelpCenter.Answer, _generator.Facts);
        await NewClient().AskAsync("help", HelpCenter.Question);

        Assert.Equal(HelpCenter.Answer, _generator.Facts[0]);
        Assert.InRange(_generator.Facts.Count, 1, 3);
    }

    [Fact]
    public async Task AskStreamingAsync_AnswerBeyondTheThirdPlace_IsTheFirstFactAndTheFirstSource()
    {
        var parts = new List<string>();
        string? source = null;
        await foreach (MemoryAnswer part in NewClient().AskStreamingAsync("help", HelpCenter.Question))
        {
            parts.Add(part.Result);
            source ??= part.RelevantSources.FirstOrDefault()?.Link;
        }

        Assert.Equal(HelpCenter.Answer, _generator.Facts[0]);
        Assert.Equal(HelpCenter.Answer, string.Concat(parts));
        Assert.Equal("help/refunds/refunds.md", source);
    }

    [Fact]
    public async Task AskAsync_HundredMatches_ScoresCandidateCountOnly()
    {
        RerankingOptions options = model.Reranker.DefaultOptions;
        options.CandidateCount = 2;

        await NewClient(options).AskAsync("help", HelpCenter.Question);

        Assert.Equal(100, Assert.Single(_store.Calls).Limit);
        Assert.Equal(HelpCenter.Memories.Skip(2).Select(static memory => memory.Text), _generator.Facts.Skip(2));
    }

    [Fact]
    public async Task SearchAsync_FiltersOnly_ListsInTheStoresOrder()
    {
        MemoryFilter[] filters = [new MemoryFilter().ByTag("user", "7")];

        SearchResult result = await NewClient().SearchAsync("help", "", filters, limit: 3);

        Assert.Equal(HelpCenter.Memories.Take(3).Select(static memory => memory.Text), Texts(result));
        Assert.Equal([new SimilarListCall("help", null, filters, 0, 3, false)], _store.Calls);
    }

    [Fact]
    public void WithReranking_Ingestion_KeepsTheStore()
    {
        var store = new BatchMemoryStore([]);
        using ServiceProvider services = NewBuilder(new KernelMemoryBuilder(), store).WithReranking(model.Reranker).Services.BuildServiceProvider();

        Assert.Same(store, services.GetRequiredService<IMemoryDb>());
    }

    [Fact]
    public async Task WithReranking_HostServices_OnlyAdds()
    {
        var host = new ServiceCollection();
        KernelMemoryBuilder builder = NewBuilder(new KernelMemoryBuilder(host), _store);
        int before = builder.Services.Count;
        int hostBefore = host.Count;

        builder.WithReranking(model.Reranker);

        Assert.Equal((before + 1, hostBefore + 1), (builder.Services.Count, host.Count));
        using ServiceProvider services = host.BuildServiceProvider();
        Assert.Equal(HelpCenter.Answer, Texts(await services.GetRequiredService<ISearchClient>().SearchAsync("help", HelpCenter.Question, limit: 1)).Single());
    }

    [Fact]
    public void WithReranking_SearchClientRegisteredLater_GivesWay()
    {
        KernelMemoryBuilder builder = NewBuilder(new KernelMemoryBuilder(), _store);
        builder.WithReranking(model.Reranker);
        var custom = new SearchClient(_store, _generator);
        builder.Services.AddSingleton<ISearchClient>(custom);
        using ServiceProvider services = builder.Services.BuildServiceProvider();

        Assert.Same(custom, services.GetRequiredService<ISearchClient>());
    }

    /// <summary>The settings of the search client are those of the builder.</summary>
    [Fact]
    public async Task WithReranking_SearchClientConfig_Holds()
    {
        KernelMemoryBuilder builder = NewBuilder(new KernelMemoryBuilder(), _store);
        builder.Services.AddSingleton(new SearchClientConfig { MaxMatchesCount = 1 });
        using ServiceProvider services = builder.WithReranking(model.Reranker).Services.BuildServiceProvider();

        await services.GetRequiredService<ISearchClient>().AskAsync("help", HelpCenter.Question);

        Assert.Equal([HelpCenter.Answer], _generator.Facts);
        Assert.Equal(50, Assert.Single(_store.Calls).Limit);
    }

    [Fact]
    public void WithReranking_ArgumentNull_Throws()
    {
        Assert.Throws<ArgumentNullException>("builder", () => ((IKernelMemoryBuilder)null!).WithReranking(model.Reranker));
        Assert.Throws<ArgumentNullException>("reranker", () => new KernelMemoryBuilder().WithReranking(null!));
    }

    private static string[] Texts(SearchResult result) =>
        [.. result.Results.SelectMany(static citation => citation.Partitions).Select(static partition => partition.Text)];

    private KernelMemoryBuilder NewBuilder(KernelMemoryBuilder builder, IMemoryDb store)
    {
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<ITextGenerator>(_generator);
        return builder;
    }

    private ISearchClient NewClient(RerankingOptions? options = null) =>
        NewBuilder(new KernelMemoryBuilder(), _store).WithReranking(model.Reranker, options).Services.BuildServiceProvider()
            .GetRequiredService<ISearchClient>();
}

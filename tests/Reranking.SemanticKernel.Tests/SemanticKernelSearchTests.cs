using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

/// <summary>Semantic Kernel's own searches and context providers, with the real model under or over them.</summary>
public sealed class SemanticKernelSearchTests(BundledModel model)
{
    private readonly PassageStore _store = new(HelpCenter.ByCommonWords(HelpCenter.Question).Select(static (article, i) =>
        new Passage(article.Title, article.Title, article.Text) { TextVector = Passage.LettersOf(HelpCenter.Question + new string('z', 3 * i)) }));

    [Fact]
    public async Task VectorStoreTextSearch_OverTheStore_HasTheAnswerBehindTheThirdPlace()
    {
        ITextSearch<Passage> search = NewSearch(_store);
        string[] texts = await (await search.SearchAsync(HelpCenter.Question, new TextSearchOptions<Passage> { Top = 3 })).Results.ToArrayAsync();

        Assert.Equal(3, texts.Length);
        Assert.DoesNotContain(HelpCenter.Answer, texts);
    }

    [Fact]
    public async Task VectorStoreTextSearch_WithReranking_HasTheAnswerFirst()
    {
        RerankedTextSearch<Passage> search =
            NewSearch(_store).WithReranking(model.Reranker, new RerankedTextSearchOptions<Passage> { TextSelector = static passage => passage.Text });
        var options = new TextSearchOptions<Passage> { Top = 3 };

        Assert.Equal(HelpCenter.Answer, await (await search.SearchAsync(HelpCenter.Question, options)).Results.FirstAsync());
        Assert.Equal("Account Trouble", (await (await search.GetTextSearchResultsAsync(HelpCenter.Question, options)).Results.FirstAsync()).Name);
        Assert.Equal("Account Trouble", (await (await search.GetSearchResultsAsync(HelpCenter.Question, options)).Results.FirstAsync()).Id);
        Assert.Equal(3, await (await search.SearchAsync(HelpCenter.Question, options)).Results.CountAsync());
    }

    [Fact]
    public async Task VectorStoreTextSearch_OverRerankedCollection_HasTheAnswerFirst()
    {
        ITextSearch<Passage> search = NewSearch(_store.WithReranking(model.Reranker, static passage => passage.Text));
        string[] texts = await (await search.SearchAsync(HelpCenter.Question, new TextSearchOptions<Passage> { Top = 3 })).Results.ToArrayAsync();

        Assert.Equal((3, HelpCenter.Answer), (texts.Length, texts[0]));
    }

    /// <summary>Built with an embedding generator, the search hands vectors down: a reranker under it has no query, one over it has.</summary>
    [Fact]
    public async Task VectorStoreTextSearch_WithEmbeddingGenerator_IsRerankedFromAbove()
    {
        var search = new VectorStoreTextSearch<Passage>(_store, new LetterEmbeddings(), TextOf, ResultOf);
        var under =
            new VectorStoreTextSearch<Passage>(_store.WithReranking(model.Reranker, static passage => passage.Text), new LetterEmbeddings(), TextOf, ResultOf);

        Assert.Equal(HelpCenter.Answer, await (await search.WithReranking(model.Reranker).SearchAsync(HelpCenter.Question)).Results.FirstAsync());
        Assert.IsType<ReadOnlyMemory<float>>(Assert.Single(_store.Calls).SearchValue);
        await Assert.ThrowsAsync<NotSupportedException>(
            async () => await (await ((ITextSearch<Passage>)under).SearchAsync(HelpCenter.Question)).Results.FirstAsync());
    }

    [Fact]
    public async Task TextSearchProvider_OverRerankedSearch_PutsTheAnswerFirst()
    {
        string? before = await InstructionsAsync(NewSearch(_store));
        string? after = await InstructionsAsync(NewSearch(_store).WithReranking(model.Reranker));

        Assert.DoesNotContain(HelpCenter.Answer, before, StringComparison.Ordinal);
        string[] order = [.. HelpCenter.Articles.Select(static article => article.Text!).Where(text => after!.Contains(text, StringComparison.Ordinal))
            .OrderBy(text => after!.IndexOf(text, StringComparison.Ordinal))];
        Assert.Equal((3, HelpCenter.Answer), (order.Length, order[0]));
    }

    [Fact]
    public async Task Search_Filter_ReachesTheStore()
    {
        RerankedTextSearch<Passage> search = NewSearch(_store).WithReranking(model.Reranker);
        KernelSearchResults<string> results =
            await search.SearchAsync(HelpCenter.Question, new TextSearchOptions<Passage> { Filter = static passage => passage.Id == "Invoices" });

        Assert.StartsWith("We send invoices", await results.Results.SingleAsync(), StringComparison.Ordinal);
    }

    private static string TextOf(object passage) => ((Passage)passage).Text!;

    private static TextSearchResult ResultOf(object passage) => new(TextOf(passage)) { Name = ((Passage)passage).Id };

    private static VectorStoreTextSearch<Passage> NewSearch(IVectorSearchable<Passage> store) => new(store, TextOf, ResultOf);

    private static async Task<string?> InstructionsAsync(ITextSearch search)
    {
        var provider = new TextSearchProvider(search, options: new() { Top = 3 });
        return (await provider.ModelInvokingAsync([new ChatMessage(ChatRole.User, HelpCenter.Question)])).Instructions;
    }

    private sealed class LetterEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(static text => new Embedding<float>(Passage.LettersOf(text)))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}

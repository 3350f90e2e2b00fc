using Microsoft.Extensions.VectorData;
using Reranking.Conformance;
using Reranking.Onnx;

namespace Reranking.VectorData.Tests;

/// <summary>The seams with the model that is shipped: the article that answers comes first, from outside the top three.</summary>
public sealed class BundledModelTests(BundledModelTests.Fixture fixture) : IClassFixture<BundledModelTests.Fixture>
{
    private readonly RecordingStore<string, HelpArticle> _collection = new(static (question, top) => HelpArticles.Search((string)question, top));

    [Fact]
    public async Task WithReranking_VectorSearch_PutsTheAnswerFirst() =>
        AssertIsAnswer(
            await ((IVectorSearchable<HelpArticle>)_collection).WithReranking(fixture.Reranker, static article => article.Text)
                .SearchAsync(HelpArticles.Question, top: 3).FirstAsync());

    [Fact]
    public async Task WithReranking_HybridSearch_PutsTheAnswerFirst() =>
        AssertIsAnswer(await ((IKeywordHybridSearchable<HelpArticle>)_collection).WithReranking(fixture.Reranker, static article => article.Text)
            .HybridSearchAsync(HelpArticles.Question, ["password"], top: 3).FirstAsync());

    [Fact]
    public async Task WithReranking_Collection_PutsTheAnswerFirst() =>
        AssertIsAnswer(
            await _collection.WithReranking(fixture.Reranker, static article => article.Text).SearchAsync(HelpArticles.Question, top: 3).FirstAsync());

    [Fact]
    public async Task WithReranking_StoreAndSearch_PutsTheAnswerFirst()
    {
        using RerankedVectorStore store = new MemoryStore(_collection)
            .WithReranking(fixture.Reranker, new RerankedVectorStoreOptions { TextProperty = nameof(HelpArticle.Text) });

        AssertIsAnswer(await store.GetCollection<string, HelpArticle>("articles").SearchAsync(HelpArticles.Question, top: 3).FirstAsync());
    }

    private static void AssertIsAnswer(VectorSearchResult<HelpArticle> first)
    {
        Assert.Equal(HelpArticles.AnswerId, first.Record.Id);
        Assert.InRange(first.GetProvenance()!.FirstStageIndex, 3, int.MaxValue);
    }

    public sealed class Fixture : IDisposable
    {
        private readonly OnnxRelevanceScorer _scorer = new();

        public Fixture() => Reranker = new Reranker(_scorer);

        public Reranker Reranker { get; }

        public void Dispose() => _scorer.Dispose();
    }
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedSearchExtensionsTests
{
    private static Reranker Reranker { get; } = new(new WordOverlapScorer());

    [Fact]
    public void WithReranking_Collection_StaysACollectionUnlessASearchIsMeant()
    {
        var collection = new PassageStore();

        Assert.IsType<RerankedVectorStoreCollection<string, Passage>>(collection.WithReranking(Reranker, passage => passage.Text));
        Assert.IsType<RerankedVectorSearch<Passage>>(((IVectorSearchable<Passage>)collection).WithReranking(Reranker, passage => passage.Text));
        Assert.IsType<RerankedHybridSearch<Passage>>(((IKeywordHybridSearchable<Passage>)collection).WithReranking(Reranker, passage => passage.Text));
    }

    [Fact]
    public void WithReranking_SearchInBothWays_IsTheVectorSearch() =>
        Assert.IsType<RerankedVectorSearch<Passage>>(new BothWays().WithReranking(Reranker, static passage => passage.Text));

    [Fact]
    public void WithReranking_NullSearch_Throws()
    {
        Assert.Throws<ArgumentNullException>("search", () => ((IVectorSearchable<Passage>)null!).WithReranking(Reranker, static passage => passage.Text));
        Assert.Throws<ArgumentNullException>(
            "search",
            () => ((IKeywordHybridSearchable<Passage>)null!).WithReranking(Reranker, static passage => passage.Text));
    }

    [Fact]
    public void GetProvenance_ResultOfAnotherSearch_IsNull() =>
        Assert.Null(new VectorSearchResult<Passage>(new Passage("id", "title", "text"), 0.5).GetProvenance());

    [Fact]
    public void GetProvenance_NullResult_Throws() =>
        Assert.Throws<ArgumentNullException>("result", () => ((VectorSearchResult<Passage>)null!).GetProvenance());

    [Fact]
    public void GetProvenance_ResultOutOfUse_IsCollected()
    {
        WeakReference result = AttachToAResult();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(result.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference AttachToAResult()
    {
        var result = new VectorSearchResult<Passage>(new Passage("id", "title", "text"), 0.5);
        SearchProvenance.Attach(result, new SearchProvenance(0, 0.5, null));
        Assert.NotNull(result.GetProvenance());
        return new WeakReference(result);
    }

    private sealed class BothWays : IVectorSearchable<Passage>, IKeywordHybridSearchable<Passage>
    {
        public IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync<TInput>(
            TInput searchValue, int top, VectorSearchOptions<Passage>? options = null, CancellationToken cancellationToken = default)
            where TInput : notnull =>
            AsyncEnumerable.Empty<VectorSearchResult<Passage>>();

        public IAsyncEnumerable<VectorSearchResult<Passage>> HybridSearchAsync<TInput>(
            TInput searchValue,
            ICollection<string> keywords,
            int top,
            HybridSearchOptions<Passage>? options = null,
            CancellationToken cancellationToken = default)
            where TInput : notnull =>
            AsyncEnumerable.Empty<VectorSearchResult<Passage>>();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;
    }
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class RerankedSearchExtensionsTests
{
    private static Reranker Reranker { get; } = new(new WordOverlapScorer());

    [Fact]
    public void AsReranked_CollectionThatSearchesInBothWays_SaysWhichOneIsMeant()
    {
        var collection = new PassageStore();

        Assert.IsType<RerankedVectorSearch<Passage>>(collection.WithReranking(Reranker, passage => passage.Text));
        Assert.IsType<RerankedHybridSearch<Passage>>(collection.WithReranking(Reranker, passage => passage.Text));
    }

    [Fact]
    public void AsReranked_NullSearch_Throws()
    {
        Assert.Throws<ArgumentNullException>("search", () => ((IVectorSearchable<Passage>)null!).WithReranking(Reranker, static passage => passage.Text));
        Assert.Throws<ArgumentNullException>("search", () => ((IKeywordHybridSearchable<Passage>)null!).WithReranking(Reranker, static passage => passage.Text));
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
}

namespace Reranking;

/// <summary>How the results of one call are reranked.</summary>
internal sealed record ResultRanking(PageReranker Reranker, string Query, ResultPage Page, CancellationToken CancellationToken)
{
    public Task<RankedPage<T>> RerankAsync<T>(IAsyncEnumerable<T> items, Func<T, string?> textSelector) =>
        Reranker.RerankAsync(Query, items, textSelector, Page, CancellationToken);
}

namespace Reranking;

/// <summary>Results that hold items, as the user of the library says.</summary>
internal sealed class SelectedShape<TResult, TItem>(
    Func<TResult, IEnumerable<TItem>> itemsSelector, Func<TItem, string?> textSelector, Func<TResult, IReadOnlyList<TItem>, TResult> withItems) : ResultShape
    where TResult : notnull
{
    public override Task<object>? TryRerank(object result, ResultRanking ranking) => result is TResult known ? RerankAsync(known, ranking) : null;

    private async Task<object> RerankAsync(TResult result, ResultRanking ranking)
    {
        RankedPage<TItem> page = await ranking.RerankAsync(itemsSelector(result).ToAsyncEnumerable(), textSelector).ConfigureAwait(false);
        return withItems(result, page.Items);
    }
}

using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.FunctionFilters;

/// <summary>A type of results and how it is reranked.</summary>
internal abstract class ResultShape
{
    /// <summary>Reranks a result of this shape, or returns null if it has another one.</summary>
    public abstract Task<object>? TryRerank(object result, RerankingPage page, CancellationToken cancellationToken);
}

/// <summary>Lists, arrays and search results of items; each keeps its type.</summary>
internal sealed class SequenceShape<TItem>(Func<TItem, string?> textSelector) : ResultShape
{
    public override Task<object>? TryRerank(object result, RerankingPage page, CancellationToken cancellationToken)
    {
        // Exact types: an array of a derived type is also an array of this one, but the reranked array would no longer be of the derived type.
        Type type = result.GetType();
        return result switch
        {
            KernelSearchResults<TItem> found => SearchResultsAsync(found, page, cancellationToken),
            TItem[] array when type == typeof(TItem[]) => ArrayAsync(array, page, cancellationToken),
            IEnumerable<TItem> items when type == typeof(List<TItem>) || IsNameless(type) => ListAsync(items, page, cancellationToken),
            _ => null,
        };
    }

    // An iterator, or a collection that the compiler creates: callers can only ask for an interface of it, which a list implements too. Any sequence is one of
    // objects, so there it proves nothing.
    private static bool IsNameless(Type type) =>
        typeof(TItem) != typeof(object) && !type.IsArray && !(type.IsGenericType ? type.GetGenericTypeDefinition() : type).IsVisible;

    private async Task<object> SearchResultsAsync(KernelSearchResults<TItem> found, RerankingPage page, CancellationToken cancellationToken) =>
        RerankedSearchResults.Create(found, await page.RerankAsync(found.Results, textSelector, cancellationToken: cancellationToken).ConfigureAwait(false));

    private async Task<object> ListAsync(IEnumerable<TItem> items, RerankingPage page, CancellationToken cancellationToken) =>
        RerankedSearchResults.Items(
            await page.RerankAsync(items.ToAsyncEnumerable(), textSelector, cancellationToken: cancellationToken).ConfigureAwait(false));

    private async Task<object> ArrayAsync(TItem[] items, RerankingPage page, CancellationToken cancellationToken) =>
        ((List<TItem>)await ListAsync(items, page, cancellationToken).ConfigureAwait(false)).ToArray();
}

/// <summary>Results that hold items, as the options describe them.</summary>
internal sealed class SelectedShape<TResult, TItem>(
    Func<TResult, IEnumerable<TItem>> itemsSelector, Func<TItem, string?> textSelector, Func<TResult, IReadOnlyList<TItem>, TResult> withItems)
    : ResultShape
    where TResult : notnull
{
    public override Task<object>? TryRerank(object result, RerankingPage page, CancellationToken cancellationToken) =>
        result is TResult known ? RerankAsync(known, page, cancellationToken) : null;

    private async Task<object> RerankAsync(TResult result, RerankingPage page, CancellationToken cancellationToken) => withItems(
        result,
        RerankedSearchResults.Items(
            await page.RerankAsync(itemsSelector(result).ToAsyncEnumerable(), textSelector, cancellationToken: cancellationToken).ConfigureAwait(false)));
}

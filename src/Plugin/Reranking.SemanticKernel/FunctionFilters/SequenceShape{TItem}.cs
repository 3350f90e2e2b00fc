using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>Lists, arrays and search results of items; each stays what it is.</summary>
internal sealed class SequenceShape<TItem>(Func<TItem, string?> textSelector) : ResultShape
{
    public override Task<object>? TryRerank(object result, ResultRanking ranking)
    {
        // Exact types: an array of a derived type is an array of this one too, and would not be any more.
        Type type = result.GetType();
        return result switch
        {
            KernelSearchResults<TItem> found => SearchResultsAsync(found, ranking),
            TItem[] array when type == typeof(TItem[]) => ArrayAsync(array, ranking),
            IEnumerable<TItem> items when type == typeof(List<TItem>) || IsNameless(type) => ListAsync(items, ranking),
            _ => null,
        };
    }

    // An iterator, or a collection of the compiler's: nobody can ask for its type, but for an interface that a list is as well. Of objects there is none to tell: any sequence is one.
    private static bool IsNameless(Type type) =>
        typeof(TItem) != typeof(object) && !type.IsArray && !(type.IsGenericType ? type.GetGenericTypeDefinition() : type).IsVisible;

    private async Task<object> SearchResultsAsync(KernelSearchResults<TItem> found, ResultRanking ranking) =>
        (await ranking.RerankAsync(found.Results, textSelector).ConfigureAwait(false)).ToSearchResults(found);

    private async Task<object> ListAsync(IEnumerable<TItem> items, ResultRanking ranking) =>
        (await ranking.RerankAsync(items.ToAsyncEnumerable(), textSelector).ConfigureAwait(false)).Items;

    private async Task<object> ArrayAsync(TItem[] items, ResultRanking ranking) =>
        (await ranking.RerankAsync(items.ToAsyncEnumerable(), textSelector).ConfigureAwait(false)).Items.ToArray();
}

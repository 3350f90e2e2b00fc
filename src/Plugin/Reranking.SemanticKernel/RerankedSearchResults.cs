using System.Runtime.CompilerServices;
using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>Search results and the ranking that they come from.</summary>
internal static class RerankedSearchResults
{
    // The results have no room for a score, and their metadata is not a place for a ranking that holds texts. The table keeps no result alive.
    private static readonly ConditionalWeakTable<object, object> Rankings = [];

    /// <summary>Replaces the results of the first stage by the page that was ranked from them.</summary>
    public static KernelSearchResults<T> Create<T>(KernelSearchResults<T> found, RerankingResult<T> page)
    {
        var results = new KernelSearchResults<T>(Items(page).ToAsyncEnumerable(), found.TotalCount, found.Metadata);
        Rankings.Add(results, page);
        return results;
    }

    public static RerankingResult<T>? Find<T>(KernelSearchResults<T> results) =>
        Rankings.TryGetValue(results, out object? page) ? (RerankingResult<T>)page : null;

    /// <summary>Returns the results of a page, best first.</summary>
    public static List<T> Items<T>(RerankingResult<T> page) => [.. page.Ranking.Select(static ranked => ranked.Candidate)];
}

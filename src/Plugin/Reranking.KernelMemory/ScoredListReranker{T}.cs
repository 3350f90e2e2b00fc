using System.Runtime.CompilerServices;

namespace Reranking;

/// <summary>Reranks results that come as pairs of an item and its relevance, as the memory stores of Kernel Memory return them.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
internal sealed class ScoredListReranker<T>
{
    private readonly Reranker _reranker;
    private readonly Func<(T Item, double Relevance), string?> _textSelector;
    private readonly RerankingOptions? _options;

    public ScoredListReranker(Reranker reranker, Func<T, string?> textSelector, RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        _reranker = reranker;
        _textSelector = candidate => textSelector(candidate.Item);
        _options = options?.Clone();
    }

    /// <summary>Searches the store for at least <see cref="RerankingOptions.CandidateCount"/> items, and returns the most relevant of them.</summary>
    /// <param name="query">The text that is searched for. If it is blank, the results of the store are returned as they are.</param>
    /// <param name="limit">The maximum number of items. Zero or less leaves the number to the store, as in Kernel Memory: all its results are returned.</param>
    /// <param name="search">Searches the store: takes the limit to search with, and returns the items, most relevant first, with their relevance.</param>
    /// <param name="cancellationToken">Stops the search and the scorer.</param>
    /// <returns>The items, most relevant first, and their relevance from 0 to 1.</returns>
    public IAsyncEnumerable<(T Item, double Relevance)> SearchAsync(
        string query,
        int limit,
        Func<int, CancellationToken, IAsyncEnumerable<(T Item, double Relevance)>> search,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return string.IsNullOrWhiteSpace(query) ? search(limit, cancellationToken) : RerankAsync(query, limit, search, cancellationToken);
    }

    private async IAsyncEnumerable<(T Item, double Relevance)> RerankAsync(
        string query,
        int limit,
        Func<int, CancellationToken, IAsyncEnumerable<(T Item, double Relevance)>> search,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RerankingPage page = _reranker.GetPage(query, skip: 0, top: limit > 0 ? limit : int.MaxValue, _options);
        RerankingResult<(T Item, double Relevance)> result = await page.RerankAsync(
            search(limit > 0 ? page.FetchCount : limit, cancellationToken),
            _textSelector,
            static candidate => candidate.Item,
            cancellationToken).ConfigureAwait(false);
        double[] relevances = DisplayRelevance.Of(result, static candidate => candidate.Relevance);
        foreach ((RankedCandidate<(T Item, double Relevance)> ranked, double relevance) in result.Ranking.Zip(relevances))
        {
            yield return (ranked.Candidate.Item, relevance);
        }
    }
}

/// <summary>The relevance that Kernel Memory shows and prints into prompts as a percentage: from 0 to 1.</summary>
/// <remarks>
/// It is the score, a probability where the scorer is calibrated, and it never rises down the ranking: an estimate, a score of an earlier stage, or the
/// relevance of the store for what was not scored is on another scale, so it counts no more than what ranks before it. Otherwise the prompt would praise most
/// what the ranking put last.
/// </remarks>
internal static class DisplayRelevance
{
    /// <summary>Returns the relevance of each candidate of the ranking.</summary>
    public static double[] Of<T>(RerankingResult<T> result, Func<T, double> firstStage)
    {
        if (result.Ranking.All(static ranked => ranked.Relevance is null))
        {
            return [.. result.Ranking.Select(ranked => Clamp(firstStage(ranked.Candidate)))];
        }

        double[] shown = new double[result.Ranking.Count];
        double lowest = 1;
        for (int i = 0; i < shown.Length; i++)
        {
            RankedCandidate<T> ranked = result.Ranking[i];
            lowest = Math.Min(ranked.Relevance?.Value ?? Clamp(firstStage(ranked.Candidate)), lowest);
            shown[i] = lowest;
        }

        return shown;
    }

    // The relevance of a store can be anything: some count words, some fuse ranks, and a cosine can be negative.
    private static double Clamp(double relevance) => double.IsNaN(relevance) ? 0 : Math.Clamp(relevance, 0, 1);
}

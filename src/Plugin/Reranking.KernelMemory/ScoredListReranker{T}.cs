using System.Runtime.CompilerServices;

namespace Reranking;

/// <summary>Reranks what a store gives as pairs of an item and its relevance, as the memory stores of Kernel Memory do: fetch wide, rerank, cut to the limit.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// <para>Thread-safe. A search costs one search of the store and one call of the scorer, and its results come once both are done.</para>
/// <para>
/// The relevance handed out is always from 0 to 1, since Kernel Memory prints it into the prompt as a percentage. It is the <see cref="RelevanceScore.Value"/>. An item that was not scored
/// keeps the store's relevance, cut to 0 to 1, but never gets more than the lowest score above it: otherwise the prompt would praise most what the ranking put last.
/// </para>
/// <para>Texts go to the scorer only.</para>
/// </remarks>
public sealed class ScoredListReranker<T>
{
    private readonly Reranker _reranker;
    private readonly Func<T, string?> _textSelector;
    private readonly RerankingOptions? _options;

    /// <summary>Initializes a new instance of the <see cref="ScoredListReranker{T}"/> class.</summary>
    /// <param name="reranker">Reorders what the store finds.</param>
    /// <param name="textSelector">Gives the text of an item to score. An item without one is not scored and comes last.</param>
    /// <param name="options">The options, or <see langword="null"/> for those of the reranker. They are copied; <see cref="RerankingOptions.TopN"/> gives way to the limit of each search.</param>
    /// <exception cref="ArgumentNullException"><paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.</exception>
    public ScoredListReranker(Reranker reranker, Func<T, string?> textSelector, RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(textSelector);
        _reranker = reranker;
        _textSelector = textSelector;
        _options = options?.Clone();
    }

    /// <summary>Searches the store for at least <see cref="RerankingOptions.CandidateCount"/> items, and gives the most relevant of them.</summary>
    /// <param name="query">The text that is searched for. Where it is blank, the store is asked for <paramref name="limit"/> items and what it gives is left as it is.</param>
    /// <param name="limit">How many items are given at most. Zero or less means as many as the store gives for such a limit; they are all taken, and no more than <see cref="RerankingOptions.CandidateCount"/> scored.</param>
    /// <param name="search">Searches the store: takes the limit to search with, and gives the items, most relevant first, with their relevance.</param>
    /// <param name="cancellationToken">Stops the search and the scorer.</param>
    /// <returns>The items, most relevant first, and their relevance from 0 to 1.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> or <paramref name="search"/> is <see langword="null"/>.</exception>
    public IAsyncEnumerable<(T Item, double Relevance)> SearchAsync(
        string query, int limit, Func<int, CancellationToken, IAsyncEnumerable<(T Item, double Relevance)>> search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(search);
        return string.IsNullOrWhiteSpace(query) ? search(limit, cancellationToken) : RerankAsync(query, limit, search, cancellationToken);
    }

    private async IAsyncEnumerable<(T Item, double Relevance)> RerankAsync(
        string query, int limit, Func<int, CancellationToken, IAsyncEnumerable<(T Item, double Relevance)>> search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RerankingOptions options = _options?.Clone() ?? _reranker.DefaultOptions;   // the defaults may change with the configuration
        options.TopN = ListLimit.TopN(limit);
        options.KeepLocalSubject = static candidate => (((T Item, double Relevance))candidate!).Item;

        RerankingResult<(T Item, double Relevance)> result = await _reranker.RerankAsync(
            query,
            search(ListLimit.Fetch(limit, options.CandidateCount), cancellationToken),
            candidate => _textSelector(candidate.Item),
            options,
            cancellationToken).ConfigureAwait(false);
        double[] relevances = ShownRelevance.Of(result, static candidate => candidate.Relevance);
        foreach ((RankedCandidate<(T Item, double Relevance)> ranked, double relevance) in result.Ranking.Zip(relevances))
        {
            yield return (ranked.Candidate.Item, relevance);
        }
    }
}

namespace Reranking;

/// <summary>A page of a ranking: how many candidates the first stage has to return, and the reranking that produces the page.</summary>
/// <remarks>Immutable and thread-safe. The options are those that applied when the page was prepared.</remarks>
public sealed class RerankingPage
{
    private readonly Reranker _reranker;
    private readonly string _query;
    private readonly int _skip;
    private readonly RerankingOptions _options;

    internal RerankingPage(Reranker reranker, string query, int skip, int top, RerankingOptions options)
    {
        _reranker = reranker;
        _query = query;
        _skip = skip;
        _options = options;
        int end = (int)Math.Min((long)skip + top, int.MaxValue);
        _options.TopN = end;   // so the ranking ends where the page does
        _options.ScoresAll = skip > 0;   // pages join up where nothing that an earlier one may have shown is an estimate
        FetchCount = string.IsNullOrWhiteSpace(query) ? end : Math.Max(options.CandidateCount, end);
    }

    /// <summary>Gets how many candidates the first stage has to return, starting with the first one.</summary>
    public int FetchCount { get; }

    /// <summary>Reranks the candidates of the first stage and returns the page.</summary>
    /// <typeparam name="T">The type of the candidates.</typeparam>
    /// <param name="candidates">The candidates, in first-stage order, starting with the first one.</param>
    /// <param name="textSelector">Returns the text of a candidate. A candidate without text is not scored.</param>
    /// <param name="recordSelector">
    /// Returns the record for the rules about text that must stay on this machine, or <see langword="null"/> if that is the candidate itself.
    /// </param>
    /// <param name="cancellationToken">Cancels the call, regardless of <see cref="RerankingOptions.OnFailure"/>.</param>
    /// <returns>
    /// The result, with the page as its ranking: the scored candidates by relevance, then the others in first-stage order, so that consecutive pages join
    /// seamlessly.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="candidates"/> or <paramref name="textSelector"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="RelevanceScoringException">
    /// The scorer failed, and <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    /// <exception cref="TimeoutException">
    /// The scorer took longer than <see cref="RerankingOptions.Timeout"/>, and <see cref="RerankingOptions.OnFailure"/> is
    /// <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    public async Task<RerankingResult<T>> RerankAsync<T>(
        IAsyncEnumerable<T> candidates,
        Func<T, string?> textSelector,
        Func<T, object?>? recordSelector = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(textSelector);
        RerankingResult<T> result = await _reranker
            .RerankAsync(_query, candidates, textSelector, recordSelector, _options, cancellationToken).ConfigureAwait(false);

        // Unscored candidates follow in first-stage order, blank texts included: ranked last, they would move from page to page as later pages fetch more.
        return result.WithRanking([.. result.Ranking.OrderBy(static ranked => ranked.Relevance is null ? ranked.Index : -1).Skip(_skip)]);
    }
}

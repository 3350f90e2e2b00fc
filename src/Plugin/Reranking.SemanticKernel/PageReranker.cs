namespace Reranking;

/// <summary>Fetch wide, rerank, skip and take: what text searches and functions share.</summary>
internal sealed class PageReranker
{
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;

    public PageReranker(Reranker reranker, RerankingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        _reranker = reranker;
        _options = options?.Clone();
    }

    /// <summary>Gets a copy of the options that hold now.</summary>
    public RerankingOptions Options => _options?.Clone() ?? _reranker.DefaultOptions;

    /// <summary>Gives how many candidates the first stage shall find, with nothing skipped.</summary>
    public int FetchCount(string query, ResultPage page) => string.IsNullOrWhiteSpace(query) ? page.End : Math.Max(Options.CandidateCount, page.End);

    public async Task<RankedPage<T>> RerankAsync<T>(
        string query, IAsyncEnumerable<T> found, Func<T, string?> textSelector, ResultPage page, CancellationToken cancellationToken)
    {
        RerankingOptions options = Options;
        options.TopN = page.End;
        RerankingResult<T> result = await _reranker.RerankAsync(query, found, textSelector, options, cancellationToken).ConfigureAwait(false);
        return new RankedPage<T>(result, page.Skip);
    }
}

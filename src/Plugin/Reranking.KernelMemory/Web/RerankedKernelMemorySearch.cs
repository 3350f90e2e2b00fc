using Reranking.KernelMemory.Web.Protocol;

namespace Reranking;

/// <summary>Searches memories through Kernel Memory's web service and reranks them: fetches wide, scores every partition, and regroups them by file.</summary>
/// <remarks>
/// <para>
/// Thread-safe. A search is one request and one call of the scorer. The caller owns the <see cref="HttpClient"/>, its handlers and its timeout.
/// </para>
/// <para>
/// The query goes to the service and, with the texts found, to the scorer. The key is sent with each request to the endpoint; turn <c>AllowAutoRedirect</c> of
/// the handler off, so that it does not follow a redirect.
/// </para>
/// <para>Answers of the service (<c>/ask</c>) can't be reranked from outside: the service searches and composes its prompt itself.</para>
/// </remarks>
public sealed class RerankedKernelMemorySearch
{
    private readonly KernelMemoryEndpoint _endpoint;
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;

    /// <summary>Initializes a new instance of the <see cref="RerankedKernelMemorySearch"/> class. Nothing is sent yet.</summary>
    /// <param name="httpClient">Sends the requests. It is not changed.</param>
    /// <param name="reranker">Reorders what the service finds.</param>
    /// <param name="options">The options. They are copied.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RerankedKernelMemorySearch(HttpClient httpClient, Reranker reranker, KernelMemorySearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(httpClient);
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(options);
        _endpoint = new KernelMemoryEndpoint(httpClient, options);
        _reranker = reranker;
        _options = options.Reranking?.Clone();
    }

    /// <summary>Searches for memories.</summary>
    /// <param name="query">The text to search for. If it is blank, the service lists the memories that pass the filters, and nothing is reranked.</param>
    /// <param name="index">The index, or <see langword="null"/> for the default one of the service.</param>
    /// <param name="filters">The filters, of which a memory must pass one; or <see langword="null"/> for none.</param>
    /// <param name="minRelevance">
    /// The lowest relevance that the service returns, on the scale of its store. For a threshold on scores see <see cref="RerankingOptions.MinScore"/>.
    /// </param>
    /// <param name="limit">The maximum number of files. Zero or less leaves the number to the service.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The files and partitions found, the most relevant first.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="HttpRequestException">The service can't be reached, refused the request, or its response is not a search result.</exception>
    /// <exception cref="TimeoutException">
    /// The service took longer than the timeout of the client; or the scorer took too long, and <see cref="RerankingOptions.OnFailure"/> is
    /// <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    /// <exception cref="RelevanceScoringException">
    /// The scorer failed, and <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>.
    /// </exception>
    public async Task<KernelMemorySearchResult> SearchAsync(
        string query,
        string? index = null,
        IEnumerable<KernelMemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = -1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        RerankingOptions options = _options?.Clone() ?? _reranker.DefaultOptions;
        options.TopN = int.MaxValue;   // the limit counts files, and a file can have any number of partitions
        var request = new SearchRequest
        {
            Index = index ?? "",
            Query = query,
            MinRelevance = minRelevance,
            Limit = limit > 0 && !string.IsNullOrWhiteSpace(query) ? Math.Max(limit, options.CandidateCount) : limit,   // zero or less leaves it to the service
            Filters = filters is null ? [] : [.. filters.Select(static filter => filter.Tags)],
        };
        IReadOnlyList<KernelMemoryCitation> found = await _endpoint.SearchAsync(request, cancellationToken).ConfigureAwait(false);
        RerankingResult<KernelMemoryPartition> ranking = await _reranker.RerankAsync(
            query,
            [.. found.SelectMany(static citation => citation.Partitions)],
            static partition => partition.Text,
            options,
            cancellationToken).ConfigureAwait(false);
        return new KernelMemorySearchResult(query, Regroup(found, ranking, limit > 0 ? limit : int.MaxValue), ranking);
    }

    // A file takes the place of the best of its partitions.
    private static KernelMemoryCitation[] Regroup(
        IReadOnlyList<KernelMemoryCitation> found, RerankingResult<KernelMemoryPartition> ranking, int limit)
    {
        int[] files = [.. found.SelectMany(static (citation, file) => Enumerable.Repeat(file, citation.Partitions.Count))];
        bool isListing = ranking.Reason == RerankingReason.BlankQuery;   // a listing has no relevance
        double[] relevances = DisplayRelevance.Of(ranking, static partition => partition.Relevance);
        return
        [
            .. ranking.Ranking
                .Select((ranked, place) => (File: files[ranked.Index], Partition: ranked.Candidate with
                {
                    Relevance = isListing ? ranked.Candidate.Relevance : relevances[place],
                    RelevanceScore = ranked.Relevance,
                    FirstStageIndex = ranked.Index,
                }))
                .GroupBy(static ranked => ranked.File, static ranked => ranked.Partition)   // in order of first appearance
                .Take(limit)
                .Select(group => found[group.Key] with { Partitions = [.. group] }),
        ];
    }
}

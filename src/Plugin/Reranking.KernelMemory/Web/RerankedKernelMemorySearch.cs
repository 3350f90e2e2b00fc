namespace Reranking;

/// <summary>Searches memories through Kernel Memory's web service, reranked: fetches wide, scores every partition, groups them by file again and cuts to the limit.</summary>
/// <remarks>
/// <para>Thread-safe. A search is one request and one call of the scorer. The <see cref="HttpClient"/> is the caller's: its handlers, its timeout, its disposal.</para>
/// <para>
/// The query goes to the service and, with the texts found, to the scorer. The key goes on each request to the endpoint; switch off <c>AllowAutoRedirect</c> in the handler, so that it
/// follows no redirect.
/// </para>
/// <para>Answers of the service (<c>/ask</c>) can't be reranked from outside: it searches and composes its prompt by itself.</para>
/// </remarks>
public sealed class RerankedKernelMemorySearch
{
    private readonly KernelMemoryEndpoint _endpoint;
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;

    /// <summary>Initializes a new instance of the <see cref="RerankedKernelMemorySearch"/> class. Nothing is sent yet.</summary>
    /// <param name="client">Sends the requests. It is not changed.</param>
    /// <param name="reranker">Reorders what the service finds.</param>
    /// <param name="options">The options. They are copied.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RerankedKernelMemorySearch(HttpClient client, Reranker reranker, KernelMemorySearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(options);
        _endpoint = new KernelMemoryEndpoint(client, options);
        _reranker = reranker;
        _options = options.Reranking?.Clone();
    }

    /// <summary>Searches for memories.</summary>
    /// <param name="query">The text to search for. Where it is blank, the service lists what the filters let through, and nothing is reranked.</param>
    /// <param name="index">The index, or <see langword="null"/> for the default one of the service.</param>
    /// <param name="filters">The filters, of which a memory has to pass one; or <see langword="null"/> for none.</param>
    /// <param name="minRelevance">The lowest relevance that the service gives, on the scale of its store. For a threshold on scores see <see cref="RerankingOptions.MinScore"/>.</param>
    /// <param name="limit">How many files are given at most. Zero or less means as many as the service gives.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The files and partitions found, the most relevant first.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="HttpRequestException">The service can't be reached, refused the request, or answered something else than a search result.</exception>
    /// <exception cref="TimeoutException">The service took longer than the timeout of the client; or the scorer took too long, and <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>.</exception>
    /// <exception cref="RelevanceScoringException">The scorer failed, and <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>.</exception>
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
        options.TopN = int.MaxValue;   // the limit counts files, and a file may have any number of partitions
        var request = new SearchRequest
        {
            Index = index ?? "",
            Query = query,
            MinRelevance = minRelevance,
            Limit = string.IsNullOrWhiteSpace(query) ? limit : ListLimit.Fetch(limit, options.CandidateCount),
            Filters = filters is null ? [] : [.. filters.Select(static filter => filter.Tags)],
        };
        IReadOnlyList<KernelMemoryCitation> found = await _endpoint.SearchAsync(request, cancellationToken).ConfigureAwait(false);
        RerankingResult<KernelMemoryPartition> ranking = await _reranker.RerankAsync(
            query,
            [.. found.SelectMany(static citation => citation.Partitions)],
            static partition => partition.Text,
            options,
            cancellationToken).ConfigureAwait(false);
        return new KernelMemorySearchResult(query, Regroup(found, ranking, ListLimit.TopN(limit)), ranking);
    }

    // A file stands where the best of its partitions does.
    private static KernelMemoryCitation[] Regroup(IReadOnlyList<KernelMemoryCitation> found, RerankingResult<KernelMemoryPartition> ranking, int limit)
    {
        int[] files = [.. found.SelectMany(static (citation, file) => Enumerable.Repeat(file, citation.Partitions.Count))];
        bool isListing = ranking.Reason == RerankingReason.BlankQuery;   // the service gives those no relevance, and none is made up
        double[] relevances = ShownRelevance.Of(ranking, static partition => partition.Relevance);
        return
        [
            .. ranking.Ranking
                .Select((ranked, place) => (File: files[ranked.Index], Partition: ranked.Candidate with
                {
                    Relevance = isListing ? ranked.Candidate.Relevance : relevances[place],
                    Score = ranked.Relevance,
                    FirstStageIndex = ranked.Index,
                }))
                .GroupBy(static ranked => ranked.File, static ranked => ranked.Partition)   // in order of first appearance
                .Take(limit)
                .Select(group => found[group.Key] with { Partitions = [.. group] }),
        ];
    }
}

using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Reranks the results of search delegates, as Agent Framework's <c>TextSearchProvider</c> takes them.</summary>
/// <remarks>
/// <para>
/// The delegate decides how much it fetches: let it fetch <see cref="RerankingOptions.CandidateCount"/> results, of which <see cref="RerankingOptions.TopN"/>
/// stay. The results are the objects that the delegate returned.
/// </para>
/// <para>
/// If the scorer fails, the first-stage order is returned, even where <see cref="RerankingOptions.OnFailure"/> is <see cref="RerankingFailureMode.Throw"/>:
/// frameworks swallow the exceptions of a search delegate, and the model would answer without any passage, unnoticed. Exceptions of the search itself pass
/// through.
/// </para>
/// </remarks>
public static class SearchRerankingExtensions
{
    /// <summary>Decorates a search so that its results are reranked.</summary>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="search">The first stage.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Returns the text of a result to score. A result without text is not scored and comes last.</param>
    /// <param name="options">The options, or <see langword="null"/> for those that the reranker has at each call. They are copied.</param>
    /// <param name="querySelector">
    /// Returns the text to rerank by for the query that is searched for, or <see langword="null"/> for the query itself. <c>TextSearchProvider</c> joins
    /// recent user messages, a line each, and a cross-encoder can do better with the last line.
    /// </param>
    /// <returns>The search.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="search"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Func<string, CancellationToken, Task<IEnumerable<TResult>>> WithReranking<TResult>(
        this Func<string, CancellationToken, Task<IEnumerable<TResult>>> search,
        Reranker reranker,
        Func<TResult, string?> textSelector,
        RerankingOptions? options = null,
        Func<string, string?>? querySelector = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(textSelector);
        var settings = new FallbackOptions(reranker, options);
        return async (query, cancellationToken) =>
        {
            TResult[] candidates = [.. await search(query, cancellationToken).ConfigureAwait(false)];
            string wanted = querySelector is null ? query : querySelector(query) ?? "";
            RerankingResult<TResult> result =
                await reranker.RerankAsync(wanted, candidates, textSelector, settings.Create(), cancellationToken).ConfigureAwait(false);
            return result.Ranking.Select(static ranked => ranked.Candidate).ToArray();
        };
    }

    /// <summary>Creates a search that takes a conversation, builds a query from it, and reranks the results of that query.</summary>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="search">The first stage.</param>
    /// <param name="queryBuilder">
    /// Builds the query to search for and to rerank by. If it is blank, there is nothing to search for and no result.
    /// </param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Returns the text of a result to score. A result without text is not scored and comes last.</param>
    /// <param name="options">The options, or <see langword="null"/> for those that the reranker has at each call. They are copied.</param>
    /// <returns>The search.</returns>
    /// <exception cref="ArgumentNullException">An argument other than <paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<IEnumerable<TResult>>> WithReranking<TResult>(
        this Func<string, CancellationToken, Task<IEnumerable<TResult>>> search,
        IQueryBuilder queryBuilder,
        Reranker reranker,
        Func<TResult, string?> textSelector,
        RerankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(queryBuilder);
        Func<string, CancellationToken, Task<IEnumerable<TResult>>> reranked = search.WithReranking(reranker, textSelector, options);
        return async (messages, cancellationToken) =>
        {
            string query = await queryBuilder.BuildAsync(messages, cancellationToken).ConfigureAwait(false);
            return string.IsNullOrWhiteSpace(query) ? [] : await reranked(query, cancellationToken).ConfigureAwait(false);
        };
    }
}

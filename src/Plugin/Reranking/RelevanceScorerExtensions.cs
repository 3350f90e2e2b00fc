namespace Reranking;

/// <summary>Extension methods for <see cref="IRelevanceScorer"/>.</summary>
public static class RelevanceScorerExtensions
{
    /// <summary>Returns a service of the scorer or of the scorers that it decorates.</summary>
    /// <typeparam name="TService">The type that is asked for.</typeparam>
    /// <param name="scorer">The scorer.</param>
    /// <param name="serviceKey">A key that distinguishes several services of the same type, or <see langword="null"/>.</param>
    /// <returns>The object, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="scorer"/> is <see langword="null"/>.</exception>
    public static TService? GetService<TService>(this IRelevanceScorer scorer, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return scorer.GetService(typeof(TService), serviceKey) is TService service ? service : default;
    }

    /// <summary>Scores one document against the query.</summary>
    /// <param name="scorer">The scorer.</param>
    /// <param name="query">The text that the document is judged against.</param>
    /// <param name="document">The document.</param>
    /// <param name="options">The options of this call, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The score of the document.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="scorer"/>, <paramref name="query"/> or <paramref name="document"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="RelevanceScoringException">The provider failed, or what it answered can't be used.</exception>
    public static async Task<RelevanceScore> ScoreAsync(
        this IRelevanceScorer scorer,
        string query,
        string document,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(document);
        RelevanceScores scores = await scorer.ScoreAsync(query, [document], options, cancellationToken).ConfigureAwait(false);
        return RelevanceScoresValidator.FindCountProblem(scores, expected: 1, scorer.DisplayName()) is { } problem
            ? throw new RelevanceScoringException(problem)
            : scores[0];
    }

    /// <summary>Returns what messages call a scorer that was given no name: its model, its provider or its type.</summary>
    internal static string DisplayName(this IRelevanceScorer scorer)
    {
        RelevanceScorerMetadata? metadata = scorer.GetService<RelevanceScorerMetadata>();
        return metadata?.ModelId ?? metadata?.ProviderName ?? scorer.GetType().Name;
    }
}

namespace Reranking;

/// <summary>Scores how relevant documents are to a query.</summary>
/// <remarks>
/// <para>Implementations are thread-safe. A scorer neither sorts nor trims; <see cref="Reranker"/> does that.</para>
/// <para>
/// Scores belong to positions: the score at index <c>i</c> is the score of the document at index <c>i</c>, so that equal texts and reordered responses of a
/// provider can't be mixed up.
/// </para>
/// </remarks>
public interface IRelevanceScorer : IDisposable
{
    /// <summary>Scores each document against the query.</summary>
    /// <param name="query">The text that the documents are judged against.</param>
    /// <param name="documents">The documents, in any order. The list may be empty; then so is the result.</param>
    /// <param name="options">The options of this call, or <see langword="null"/>. The scorer does not change them.</param>
    /// <param name="cancellationToken">Cancels the call, even while scoring is in progress.</param>
    /// <returns>One score per document, in document order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="query"/>, <paramref name="documents"/> or one of the documents is <see langword="null"/>.
    /// </exception>
    /// <exception cref="RelevanceScoringException">The provider failed, or what it answered can't be used.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Returns a service of the scorer or of the scorers that it decorates, such as <see cref="RelevanceScorerMetadata"/>.</summary>
    /// <param name="serviceType">The requested type.</param>
    /// <param name="serviceKey">A key that distinguishes several services of the same type, or <see langword="null"/>.</param>
    /// <returns>The object, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is <see langword="null"/>.</exception>
    object? GetService(Type serviceType, object? serviceKey = null);
}

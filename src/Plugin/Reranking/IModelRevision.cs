namespace Reranking;

/// <summary>A scorer that can identify the revision of its model; get it with <see cref="IRelevanceScorer.GetService"/>.</summary>
/// <remarks>
/// Score caches use it to keep the scores of two revisions or settings of one model apart. For a scorer that does not implement it, only
/// <see cref="RelevanceScorerMetadata.ModelId"/> matters.
/// </remarks>
public interface IModelRevision
{
    /// <summary>Returns the revision, such as a hash of the weights and of all settings that affect scores.</summary>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <returns>
    /// A short string that is the same in every process that produces the same scores, or <see langword="null"/> as long as it is not known, for example before
    /// a model that is configured by name has been downloaded. Scores are then neither looked up nor cached. The first call can take as long as reading the
    /// files of the model.
    /// </returns>
    /// <exception cref="RelevanceScoringException">The revision can't be determined, because a file is missing or damaged.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default);
}

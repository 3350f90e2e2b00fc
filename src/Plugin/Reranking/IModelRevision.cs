namespace Reranking;

/// <summary>A scorer that can tell two setups of one model apart that score differently; ask for it with <see cref="IRelevanceScorer.GetService"/>.</summary>
/// <remarks>Caches of scores use it. If a scorer is none, only <see cref="RelevanceScorerMetadata.ModelId"/> matters.</remarks>
public interface IModelRevision
{
    /// <summary>Returns the revision, such as a hash of the weights and of the settings that change scores.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>
    /// A short text, the same in every process that scores the same, or <see langword="null"/> as long as it is not known, such as before a model that has only
    /// a name is fetched: scores are then neither looked up nor kept. The first call can take as long as it takes to read the files of the model.
    /// </returns>
    /// <exception cref="RelevanceScoringException">The revision can't be told, because a file is missing or damaged.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default);
}

namespace Reranking;

/// <summary>A scorer that can do the work of its first call in advance; get it with <see cref="IRelevanceScorer.GetService"/>.</summary>
public interface IWarmable
{
    /// <summary>Gets a value indicating whether there is nothing left to load.</summary>
    /// <value><see langword="false"/> before the first call, and while it loads.</value>
    bool IsReady { get; }

    /// <summary>Loads everything that the first call would load, and checks that it works. Nothing is billed and no text leaves the process.</summary>
    /// <param name="cancellationToken">Cancels waiting; a load that other callers wait for continues.</param>
    /// <returns>A task that completes when the scorer is ready.</returns>
    /// <exception cref="RelevanceScoringException">The scorer can't score: a file is missing or damaged.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    Task WarmUpAsync(CancellationToken cancellationToken = default);
}

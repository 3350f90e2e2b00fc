namespace Reranking;

/// <summary>What <see cref="Reranker"/> does when the scorer fails or takes too long.</summary>
public enum RerankingFailureMode
{
    /// <summary>
    /// Return the first-stage order, log a warning and count the fallback: a chatbot with slightly worse passages is better than one that is down.
    /// </summary>
    /// <remarks>
    /// A <see cref="RelevanceScoringException.IsSetupFault"/> is still thrown, because with a model that is not installed the order would be wrong permanently.
    /// </remarks>
    Fallback,

    /// <summary>
    /// Throw the exception of the scorer, a <see cref="RelevanceScoringException"/> about its scores or its own cancellation, or a
    /// <see cref="TimeoutException"/>.
    /// </summary>
    Throw,
}

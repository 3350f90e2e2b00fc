namespace Reranking;

/// <summary>What <see cref="Reranker"/> does when the scorer fails or takes too long.</summary>
public enum RerankingFailureMode
{
    /// <summary>Answer in first-stage order, log a warning and count it: a chatbot with slightly worse passages beats one that is down.</summary>
    /// <remarks>
    /// A <see cref="RelevanceScoringException.IsSetupFault"/> is thrown all the same: a model that is not installed would leave the order wrong for good.
    /// </remarks>
    Fallback,

    /// <summary>
    /// Throw: the exception of the scorer, a <see cref="RelevanceScoringException"/> about its scores or a cancellation of its own, or a
    /// <see cref="TimeoutException"/>.
    /// </summary>
    Throw,
}

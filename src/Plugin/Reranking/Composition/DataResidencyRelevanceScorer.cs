using Reranking.Scoring;

namespace Reranking.Composition;

/// <summary>Sends a call whose texts must not leave this machine to a local scorer, and every other one on.</summary>
internal sealed class DataResidencyRelevanceScorer(IRelevanceScorer innerScorer, IRelevanceScorer localScorer) :
    DelegatingRelevanceScorer(innerScorer), ICircuitBreakerSource
{
    public override Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default) =>
        ScorerFor(options).ScoreAsync(query, documents, options, cancellationToken);

    public CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options) =>
        ScorerFor(options).GetService<ICircuitBreakerSource>()?.GetCircuitBreaker(options);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            localScorer.Dispose();
        }
    }

    private IRelevanceScorer ScorerFor(RelevanceScoringOptions? options) => options?.KeepLocal == true ? localScorer : InnerScorer;
}

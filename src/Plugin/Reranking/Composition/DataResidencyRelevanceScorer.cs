namespace Reranking.Composition;

/// <summary>Sends a call whose texts may not leave this machine to a local scorer, and every other one on.</summary>
internal sealed class DataResidencyRelevanceScorer(IRelevanceScorer innerScorer, IRelevanceScorer localScorer) : DelegatingRelevanceScorer(innerScorer)
{
    public override Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default) =>
        (options?.KeepLocal == true ? localScorer : InnerScorer).ScoreAsync(query, documents, options, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            localScorer.Dispose();
        }
    }
}

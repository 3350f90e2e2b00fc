namespace Reranking.Decorators;

/// <summary>A decorator made of a function.</summary>
internal sealed class AnonymousRelevanceScorer(
    IRelevanceScorer innerScorer,
    Func<string, IReadOnlyList<string>, RelevanceScoringOptions?, IRelevanceScorer, CancellationToken, Task<RelevanceScores>> scoreFunc)
    : DelegatingRelevanceScorer(innerScorer)
{
    public override Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        return scoreFunc(query, documents, options, InnerScorer, cancellationToken);
    }
}

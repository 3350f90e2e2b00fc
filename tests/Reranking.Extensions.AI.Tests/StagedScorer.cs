namespace Reranking.Extensions.AI.Tests;

/// <summary>Scores as a cascade or early exit does: "best" and "second" in full, all others by an estimate of an earlier stage, which looks better.</summary>
internal sealed class StagedScorer : IRelevanceScorer
{
    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new RelevanceScores(
        [
            .. documents.Select(static document => document switch
            {
                "best" => RelevanceScore.FromLogit(Math.Log(0.8 / 0.2)),
                "second" => RelevanceScore.FromLogit(Math.Log(0.2 / 0.8)),
                _ => RelevanceScore.FromLogit(3) with { Stage = -1, IsEstimate = true },
            }),
        ]));

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

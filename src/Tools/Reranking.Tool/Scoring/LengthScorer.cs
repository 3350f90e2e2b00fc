namespace Reranking.Tool.Scoring;

/// <summary>Scores without a model, for dry runs: made-up numbers that depend on query and document alone.</summary>
internal sealed class LengthScorer : IRelevanceScorer
{
    private const string Model = "dry-run";

    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        cancellationToken.ThrowIfCancellationRequested();
        var scores = new RelevanceScore[documents.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = RelevanceScore.FromLogit(((query.Length * 31) + documents[i].Length) % 97 / 10.0 - 5);
        }

        return Task.FromResult(new RelevanceScores(scores) { ModelId = Model });
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceType == typeof(RelevanceScorerMetadata) ? new RelevanceScorerMetadata { ModelId = Model, IsLocal = true }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
    }
}

namespace Reranking.Tests;

/// <summary>A scorer that finishes only with twice as many documents as are wanted; the others get half of their number as an estimate.</summary>
internal sealed class EstimatingScorer(string? modelId = "estimating-1") : IRelevanceScorer
{
    private readonly RelevanceScorerMetadata _metadata = new() { ProviderName = "test", ModelId = modelId, IsLocal = true };

    public List<int?> Wanted { get; } = [];

    public List<IReadOnlyList<string>> Seen { get; } = [];

    /// <summary>Gets or sets what a call waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Gets or sets a value indicating whether those that it finishes with can't be scored.</summary>
    public bool FailsToFinish { get; set; }

    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        lock (Wanted)
        {
            Wanted.Add(options?.TopN);
            Seen.Add(documents);
        }

        await Gate;
        RelevanceScore[] scores = [.. documents.Select(FunctionScorer.Number)];
        int[] left = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i].RawValue).Skip((options?.TopN * 2) ?? scores.Length)];
        foreach (int i in left)
        {
            scores[i] = new RelevanceScore(scores[i].Value / 2, scores[i].RawValue / 2) { IsEstimate = true, Stage = -1 };
        }

        return new RelevanceScores(FailsToFinish ? [.. scores.Select(score => score.IsEstimate ? score : RelevanceScore.Unscored)] : scores);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(RelevanceScorerMetadata) ? _metadata : null;

    public void Dispose()
    {
    }
}

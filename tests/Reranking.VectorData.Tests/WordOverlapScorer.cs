namespace Reranking.VectorData.Tests;

/// <summary>A scorer without a model: the share of the query's words that a document holds.</summary>
public sealed class WordOverlapScorer : IRelevanceScorer
{
    public List<(string Query, IReadOnlyList<string> Documents)> Calls { get; } = [];

    public bool IsLocal { get; init; }

    public Exception? Failure { get; set; }

    /// <summary>Makes scoring wait for its token, not for ever; set once it does.</summary>
    public TaskCompletionSource? Waiting { get; set; }

    /// <summary>What happens while this scorer is at work.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public static double Overlap(string query, string document)
    {
        string[] words = query.Split(' ');
        return words.Count(word => document.Split(' ').Contains(word, StringComparer.OrdinalIgnoreCase)) / (double)words.Length;
    }

    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls.Add((query, documents));
        if (Waiting is not null)
        {
            Waiting.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        }

        if (Meanwhile is not null)
        {
            await Meanwhile();
        }

        return Failure is null
            ? new RelevanceScores([.. documents.Select(document => Overlap(query, document)).Select(static share => new RelevanceScore(share, 10 * share))])
            : throw Failure;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(RelevanceScorerMetadata) ? new RelevanceScorerMetadata { ProviderName = "overlap", ModelId = "words", IsLocal = IsLocal } : null;

    public void Dispose()
    {
    }
}

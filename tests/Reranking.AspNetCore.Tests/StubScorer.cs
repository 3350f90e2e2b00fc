namespace Reranking.AspNetCore.Tests;

/// <summary>Scores each document by a function; the value is the sigmoid of what it returns.</summary>
/// <param name="score">Returns the logit of a document, given the query before it.</param>
/// <param name="before">What each call waits for first.</param>
internal sealed class StubScorer(Func<string, string, double> score, Func<CancellationToken, Task>? before = null) : IRelevanceScorer
{
    /// <summary>Gets how many calls there were.</summary>
    public int Calls { get; private set; }

    /// <summary>Gets how many calls were canceled.</summary>
    public int Canceled { get; private set; }

    public string ModelId { get; init; } = "stub-model";

    public bool IsLocal { get; init; } = true;

    /// <summary>Returns the length of the document, over 7 so that no double is round.</summary>
    public static double Length(string query, string document) => document.Length / 7.0;

    public async Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        try
        {
            await (before?.Invoke(cancellationToken) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            Canceled++;
            throw;
        }

        return new RelevanceScores([.. documents.Select(document =>
            RelevanceScore.FromLogit(score(query, document)) with
            {
                IsTruncated = document.StartsWith("long", StringComparison.Ordinal),
                TokenCount = document.Length,
                BestWindow = document.StartsWith("window", StringComparison.Ordinal) ? 7..^1 : null,
            })])
        {
            ModelId = ModelId,
            Usage = new RelevanceScoringUsage { InputTokenCount = documents.Sum(static document => document.Length) },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(RelevanceScorerMetadata)
            ? new RelevanceScorerMetadata { ModelId = ModelId, ProviderName = "stub", IsLocal = IsLocal, MaxInputTokens = 512 }
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
    }
}

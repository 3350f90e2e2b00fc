using System.Globalization;

namespace Reranking.Tests;

/// <summary>A scorer that does what a test says.</summary>
internal sealed class FunctionScorer(
    Func<string, IReadOnlyList<string>, CancellationToken, Task<RelevanceScores>> score, RelevanceScorerMetadata? metadata = null)
    : IRelevanceScorer
{
    public static readonly RelevanceScorerMetadata NumberMetadata =
        new() { ProviderName = "test", Endpoint = new Uri("https://scorer.example:8443/v2/rerank"), ModelId = "numbers-1", MaxInputTokens = 512 };

    private int _calls;

    public int Calls => _calls;

    public List<IReadOnlyList<string>> Seen { get; } = [];

    /// <summary>A scorer that reads the score out of the document: <c>0.7</c> scores 0.7.</summary>
    public static FunctionScorer OfNumbers() => new((_, documents, _) => Task.FromResult(Numbers(documents)), NumberMetadata);

    public static RelevanceScores Numbers(IReadOnlyList<string> documents) => new([.. documents.Select(Number)]);

    public static RelevanceScore Number(string document)
    {
        double value = double.Parse(document, CultureInfo.InvariantCulture);
        return new RelevanceScore(value, value);
    }

    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        Seen.Add(documents);
        return score(query, documents, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(RelevanceScorerMetadata) ? metadata : null;

    public void Dispose()
    {
    }
}

using System.Text.RegularExpressions;

namespace Reranking.Tests;

/// <summary>A scorer without a model: the share of the words of the query that the document holds.</summary>
internal sealed partial class WordOverlapScorer : IRelevanceScorer
{
    private readonly RelevanceScorerMetadata _metadata = new() { ProviderName = "word-overlap", ModelId = "words-1" };
    private int _calls;
    private bool _isDisposed;

    public int Calls => _calls;

    public bool IsDisposed => _isDisposed;

    public RelevanceScoringOptions? LastOptions { get; private set; }

    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        foreach (string document in documents)
        {
            ArgumentNullException.ThrowIfNull(document, nameof(documents));
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _calls);
        LastOptions = options;
        HashSet<string> wanted = Words(query);
        return Task.FromResult(new RelevanceScores([.. documents.Select(document => Score(wanted, Words(document)))])
        {
            ModelId = options?.ModelId ?? _metadata.ModelId,
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(RelevanceScorerMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose() => _isDisposed = true;

    private static HashSet<string> Words(string text) => [.. Word().Matches(text).Select(match => match.Value.ToUpperInvariant())];

    private static RelevanceScore Score(HashSet<string> wanted, HashSet<string> found)
    {
        double share = wanted.Count == 0 ? 0 : wanted.Count(found.Contains) / (double)wanted.Count;
        return new RelevanceScore(share, share);
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}

namespace Reranking.Evaluation.Tests.Support;

/// <summary>A scorer that a function of query and document is.</summary>
internal sealed class StubScorer(Func<string, string, double> score) : IRelevanceScorer, IModelRevision
{
    private long _pairCount;
    private int _callCount;

    public string ModelId { get; init; } = "stub";

    public int CallCount => _callCount;

    public long PairCount => _pairCount;

    public Func<int, Exception?> Fail { get; init; } = static _ => null;

    public RelevanceScoringUsage? Usage { get; init; }

    public Action OnCall { get; init; } = static () => { };

    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        int call = Interlocked.Increment(ref _callCount);
        Interlocked.Add(ref _pairCount, documents.Count);
        OnCall();
        cancellationToken.ThrowIfCancellationRequested();
        return Fail(call) is { } failure
            ? Task.FromException<RelevanceScores>(failure)
            : Task.FromResult(new RelevanceScores([.. documents.Select(document => RelevanceScore.FromLogit(score(query, document)))])
            {
                ModelId = ModelId,
                Usage = Usage,
            });
    }

    public ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default) => new("r1");

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(RelevanceScorerMetadata) ? new RelevanceScorerMetadata { ModelId = ModelId, IsLocal = true }
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
    }
}

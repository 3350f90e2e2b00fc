using Reranking.Scoring;

namespace Reranking.Tests;

/// <summary>A shadow that does what a test says and tells when it is entered and disposed.</summary>
internal sealed class ShadowScorer : IRelevanceScorer, ICircuitBreakerSource
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public Func<IReadOnlyList<string>, CancellationToken, Task<RelevanceScores>> Score { get; init; } = (documents, _) =>
        Task.FromResult(FunctionScorer.Numbers(documents));

    public RelevanceScorerMetadata? Metadata { get; init; } = new() { ProviderName = "shadow", ModelId = "shadow-1" };

    public bool ThrowsWhenAsked { get; init; }

    public CircuitBreaker? Breaker { get; init; }

    public SemaphoreSlim Entered { get; } = new(0);

    public Task Disposed => _disposed.Task;

    public int Calls => _calls;

    public RelevanceScoringOptions? Options { get; private set; }

    public Task<RelevanceScores> ScoreAsync(
        string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        Options = options;
        Entered.Release();
        return Score(documents, cancellationToken);
    }

    /// <summary>Disposes the decorator and waits until the shadow has ended, so that nothing of it is still to come.</summary>
    public Task DisposeAfterAsync(IRelevanceScorer decorator)
    {
        decorator.Dispose();
        return Disposed;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        ThrowsWhenAsked ? throw new InvalidOperationException("It can't be asked.")
        : serviceType == typeof(ICircuitBreakerSource) && Breaker is not null ? this
        : serviceType == typeof(RelevanceScorerMetadata) ? Metadata
        : null;

    public CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options) => Breaker;

    public void Dispose() => _disposed.TrySetResult();
}

using Microsoft.Extensions.Logging;
using Reranking.Configuration;
using Reranking.Scoring;

namespace Reranking.Live;

/// <summary>
/// A scorer that was created for a name and its settings, shared by all that have a reference to it: snapshots with the same settings, and the calls under way.
/// </summary>
internal sealed partial class ScorerEntry
{
    private readonly RefCount _references;
    private readonly string _settingsPath;
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="ScorerEntry"/> class, with one reference, that of the caller.</summary>
    public ScorerEntry(ScorerPlan plan, IRelevanceScorer scorer, CircuitBreaker circuitBreaker, ILogger logger)
    {
        (Fingerprint, _settingsPath, Scorer, CircuitBreaker, _logger) = (plan.Fingerprint, plan.Settings.Path, scorer, circuitBreaker, logger);
        _references = new RefCount(Close);
    }

    public string Fingerprint { get; }

    /// <summary>Gets the scorer; only who has a reference to the entry uses it.</summary>
    public IRelevanceScorer Scorer { get; }

    /// <summary>Gets the breaker, which outlives changes of other settings.</summary>
    public CircuitBreaker CircuitBreaker { get; }

    public RelevanceScorerMetadata? Metadata => Scorer.GetService<RelevanceScorerMetadata>();

    public bool TryAcquire() => _references.TryAcquire();

    public void Release() => _references.Release();

    public Task WarmUpAsync(CancellationToken cancellationToken) => Scorer.GetService<IWarmable>()?.WarmUpAsync(cancellationToken) ?? Task.CompletedTask;

    // The last reference may be that of a request that has its answer, or of whoever releases other scorers after this one: neither must fail.
    private void Close()
    {
        try
        {
            Scorer.Dispose();
        }
        catch (Exception exception)
        {
            LogNotDisposed(exception, _settingsPath);
        }
    }

    [LoggerMessage(EventId = 34, Level = LogLevel.Error, Message = "The scorer of {SettingsPath} failed when it was disposed; what it holds may stay taken.")]
    private partial void LogNotDisposed(Exception exception, string settingsPath);
}

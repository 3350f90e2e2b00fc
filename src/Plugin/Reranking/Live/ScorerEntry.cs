using Microsoft.Extensions.Logging;
using Reranking.Composition;
using Reranking.Configuration;

namespace Reranking.Live;

/// <summary>A scorer that was made for a name and its settings, and is shared by all that lease it: generations of the configuration with the same settings, and places within one.</summary>
internal sealed partial class ScorerEntry
{
    private readonly IRelevanceScorer _scorer;
    private readonly RefCount _holders;
    private readonly string _settingsPath;
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="ScorerEntry"/> class, with whoever made it as the first holder.</summary>
    public ScorerEntry(ScorerPlan plan, IRelevanceScorer scorer, ScorerCircuit circuit, ILogger logger)
    {
        (Fingerprint, _settingsPath, _scorer, Circuit, _logger) = (plan.Fingerprint, plan.Settings.Path, scorer, circuit, logger);
        _holders = new RefCount(Close);
    }

    public string Fingerprint { get; }

    public ScorerCircuit Circuit { get; }

    public RelevanceScorerMetadata? Metadata => _scorer.GetService<RelevanceScorerMetadata>();

    public bool TryAcquire() => _holders.TryAcquire();

    public void Release() => _holders.Release();

    /// <summary>Gives a scorer that holds the entry until it is disposed. The caller holds the entry.</summary>
    public IRelevanceScorer Lease()
    {
        ObjectDisposedException.ThrowIf(!TryAcquire(), this);
        return new LeasedScorer(this);
    }

    public Task WarmUpAsync(CancellationToken cancellationToken) => _scorer.GetService<IWarmable>()?.WarmUpAsync(cancellationToken) ?? Task.CompletedTask;

    // The last to leave may be a request that has its answer, or whoever lets go of other scorers after this one: neither may fail.
    private void Close()
    {
        try
        {
            _scorer.Dispose();
        }
        catch (Exception exception)
        {
            LogNotDisposed(exception, _settingsPath);
        }
    }

    [LoggerMessage(EventId = 34, Level = LogLevel.Error, Message = "The scorer of {SettingsPath} failed when it was disposed; what it holds may stay taken.")]
    private partial void LogNotDisposed(Exception exception, string settingsPath);

    private sealed class LeasedScorer(ScorerEntry entry) : IRelevanceScorer
    {
        private int _disposed;

        public async Task<RelevanceScores> ScoreAsync(string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options, CancellationToken cancellationToken)
        {
            // A chain may leave this call behind, and let go of its lease, before the call ends.
            ObjectDisposedException.ThrowIf(!entry.TryAcquire(), this);
            try
            {
                return await entry._scorer.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                entry.Release();
            }
        }

        public object? GetService(Type serviceType, object? serviceKey) => entry._scorer.GetService(serviceType, serviceKey);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                entry.Release();
            }
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Reranking.Configuration;
using Reranking.Diagnostics;
using Reranking.Ranking;
using Reranking.Scoring;

namespace Reranking.Live;

/// <summary>
/// A scorer of the configuration in one place of a snapshot: puts its name and its threshold on the scores, and refuses texts that must stay on this
/// machine if it is hosted.
/// </summary>
/// <remarks>It has a reference to the entry until it is disposed, and each call has another, because a caller can leave a call behind that goes on.</remarks>
internal sealed partial class NamedRelevanceScorer : IRelevanceScorer, ICircuitBreakerSource
{
    private const int MaxWarnings = 16;   // a server can answer with ever new names

    private readonly ScorerEntry _entry;
    private readonly NamedScorerSettings _settings;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, bool> _warnedModels = new(StringComparer.Ordinal);
    private int _disposed;

    /// <summary>Initializes a new instance of the <see cref="NamedRelevanceScorer"/> class.</summary>
    /// <param name="entry">The scorer; the caller has a reference to it.</param>
    /// <param name="settings">What its section says.</param>
    /// <param name="logger">Receives a warning if the threshold was set for another model.</param>
    public NamedRelevanceScorer(ScorerEntry entry, NamedScorerSettings settings, ILogger logger)
    {
        (_entry, _settings, _logger) = (entry, settings, logger);
        ObjectDisposedException.ThrowIf(!entry.TryAcquire(), this);
    }

    public async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        ObjectDisposedException.ThrowIf(_disposed != 0 || !_entry.TryAcquire(), this);
        try
        {
            if (!ScorerCall.MayRead(_entry.Scorer, options))
            {
                throw new RelevanceScoringException(
                    $"'{_settings.Path}' is hosted, and the documents may not leave this machine. " +
                    "Add a local scorer to Reranking:Scorers and name it in Reranking:KeepLocal:Use.")
                {
                    IsRequestFault = true,   // else calls that stay here would open its circuit for those that may leave
                };
            }

            RelevanceScores? scores = await _entry.Scorer.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
            return scores is null ? null! : WithName(scores);   // the caller checks the answer
        }
        finally
        {
            _entry.Release();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? _entry.Scorer.GetService(serviceType, serviceKey)
            : serviceType == typeof(ScorerThreshold) ? new ScorerThreshold(_settings.MinScore)
            : serviceType.IsInstanceOfType(this) ? this
            : _entry.Scorer.GetService(serviceType);
    }

    public CircuitBreaker? GetCircuitBreaker(RelevanceScoringOptions? options) => _entry.CircuitBreaker;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _entry.Release();
        }
    }

    private RelevanceScores WithName(RelevanceScores scores)
    {
        if (_settings is { MinScore: { } minScore, MinScoreModel: { } meant } && ResponseName.Sanitize(scores.ModelId) is { } model && model != meant
            && _warnedModels.Count < MaxWarnings && _warnedModels.TryAdd(model, true))
        {
            LogThresholdOfAnotherModel(_settings.Path, minScore, meant, model);
        }

        return new RelevanceScores(scores, scores)
        {
            ScorerName = _settings.Name.Length == 0 ? null : _settings.Name,
            MinScore = scores.MinScore ?? _settings.MinScore,
            ScorerMetadata = _entry.Metadata,
        };
    }

    [LoggerMessage(EventId = 42, Level = LogLevel.Warning, Message =
        "{SettingsPath}:MinScore is {MinScore}, set for the model {MeantModel}, but {Model} answered: scores of different models are not comparable. " +
        "Measure the threshold again and set MinScoreModel.")]
    private partial void LogThresholdOfAnotherModel(string settingsPath, double minScore, string meantModel, string model);
}

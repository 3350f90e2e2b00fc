using Microsoft.Extensions.Logging;
using Reranking.Configuration;
using Reranking.Ranking;
using Reranking.Scoring;

namespace Reranking.Composition;

/// <summary>A scorer of the configuration: puts its name and its threshold on the scores, and keeps texts here that may not leave.</summary>
internal sealed partial class NamedRelevanceScorer(IRelevanceScorer innerScorer, NamedScorerSettings settings, ILogger logger) : DelegatingRelevanceScorer(innerScorer)
{
    private string? _warnedModel;

    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        if (!ScorerCall.MayRead(InnerScorer, options))
        {
            throw new RelevanceScoringException(
                $"'{settings.Path}' is hosted, and the documents may not leave this machine. Add a local scorer to Reranking:Scorers and name it in Reranking:KeepLocal:Use.");
        }

        RelevanceScores scores = await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        if (scores is null)
        {
            return null!;   // whoever asked checks the answer
        }

        if (settings is { MinScore: { } minScore, MinScoreModel: { } meant } && scores.ModelId is { } model && model != meant && Interlocked.Exchange(ref _warnedModel, model) != model)
        {
            LogThresholdOfAnotherModel(settings.Path, minScore, meant, model);
        }

        return new RelevanceScores(scores, scores)
        {
            ScorerName = settings.Name.Length == 0 ? null : settings.Name,
            MinScore = scores.MinScore ?? settings.MinScore,
            ScorerMetadata = InnerScorer.GetService<RelevanceScorerMetadata>(),
        };
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType == typeof(ScorerThreshold) ? new ScorerThreshold(settings.MinScore) : base.GetService(serviceType, serviceKey);
    }

    [LoggerMessage(EventId = 42, Level = LogLevel.Warning, Message = "{SettingsPath}:MinScore is {MinScore}, set for the model {MeantModel}, but {Model} answered: scores of different models are not comparable. Measure the threshold again and set MinScoreModel.")]
    private partial void LogThresholdOfAnotherModel(string settingsPath, double minScore, string meantModel, string model);
}

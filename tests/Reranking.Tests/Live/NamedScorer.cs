using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Configuration;
using Reranking.Live;
using Reranking.Scoring;

namespace Reranking.Tests;

/// <summary>Creates scorers as the configuration does, with a name, a threshold and a circuit breaker.</summary>
internal static class NamedScorer
{
    public static NamedRelevanceScorer Create(
        string name, IRelevanceScorer scorer, double? minScore = null, string? minScoreModel = null, ILogger? logger = null, TimeProvider? timeProvider = null)
    {
        var settings = new NamedScorerSettings(name, $"Reranking:Scorers:{name}", minScore, minScoreModel, Timeout: null);
        var entry = new ScorerEntry(
            new ScorerPlan(settings, () => scorer, name), scorer, new CircuitBreaker(timeProvider ?? TimeProvider.System), logger ?? new FakeLogger());
        var named = new NamedRelevanceScorer(entry, settings, logger ?? new FakeLogger());
        entry.Release();
        return named;
    }
}

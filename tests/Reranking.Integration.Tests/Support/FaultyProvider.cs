using Microsoft.Extensions.Configuration;

namespace Reranking.Integration.Tests;

/// <summary>Makes scorers that fail as their <c>Fault</c> says, and sound ones without.</summary>
internal sealed class FaultyProvider(TimeProvider time) : RelevanceScorerProvider("Faulty")
{
    public override IReadOnlyCollection<string> Keys => ["Fault"];

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed) => [];

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section) =>
        new FaultyScorer(section["Fault"] is { } fault ? token => Faults.OfScorers[fault](time, token) : _ => Task.FromResult(Faults.Right()));

    private sealed class FaultyScorer(Func<CancellationToken, Task<RelevanceScores>> score) : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            score(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(RelevanceScorerMetadata) ? new RelevanceScorerMetadata { ProviderName = "faulty" } : null;

        public void Dispose()
        {
        }
    }
}

using Microsoft.Extensions.Configuration;

namespace Reranking.Extensions.AI.Tests;

/// <summary>Gives a scorer of the test wherever configuration asks for one.</summary>
internal sealed class OverlapProvider(IRelevanceScorer scorer) : RelevanceScorerProvider("Overlap")
{
    public override IReadOnlyCollection<string> Keys => [];

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed) => [];

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section) => scorer;
}

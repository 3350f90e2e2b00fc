using Microsoft.Extensions.Configuration;
using Reranking.Http.Configuration;

namespace Reranking.Http.DependencyInjection;

/// <summary>Creates the scorers of sections whose <c>Provider</c> is the name of one rerank API.</summary>
internal sealed class HttpScorerProvider(string name, HttpScorerFactory factory) : RelevanceScorerProvider(name)
{
    private const string Tei = "Tei";

    /// <summary>Gets the names of all rerank APIs, and the short one of Text Embeddings Inference.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<RerankApi>(), Tei];

    public override IReadOnlyCollection<string> Keys => HttpScorerSettings.Keys;

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Read(section, isUsed).Failures;
    }

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(scorerName);
        ArgumentNullException.ThrowIfNull(section);
        (HttpScorerOptions options, IReadOnlyList<string> failures) = Read(section, isUsed: true);
        return failures.Count == 0 ? factory.Create(scorerName, options) : throw new RelevanceScoringException(string.Join(' ', failures));
    }

    private (HttpScorerOptions Options, IReadOnlyList<string> Failures) Read(IConfigurationSection section, bool isUsed)
    {
        var options = new HttpScorerOptions { Api = Name == Tei ? RerankApi.TextEmbeddingsInference : Enum.Parse<RerankApi>(Name) };
        List<string> failures = [.. HttpScorerSettings.Apply(section, options)];
        options.ApiSetting = "Provider";
        failures.AddRange(HttpScorerOptionsRules.Failures(options, isUsed));
        return (options, failures);
    }
}

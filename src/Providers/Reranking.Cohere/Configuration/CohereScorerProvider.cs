using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Reranking.Cohere.Transport;

namespace Reranking.Cohere;

/// <summary>Makes scorers out of sections whose <c>Provider</c> is <c>Cohere</c>.</summary>
/// <remarks>Scorers come and go with the configuration; connections, rate limits and circuit breakers stay.</remarks>
internal sealed class CohereScorerProvider(IHttpClientFactory clientFactory, ILoggerFactory? loggerFactory, TimeProvider? timeProvider) : RelevanceScorerProvider("Cohere")
{
    /// <summary>The name of the client that all scorers of the provider use.</summary>
    public const string ClientName = "Reranking.Cohere.Provider";

    private readonly ScorerPipelines _pipelines = new(timeProvider ?? TimeProvider.System, loggerFactory);

    public override IReadOnlyCollection<string> Keys => CohereSettings.Keys;

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed)
    {
        ArgumentNullException.ThrowIfNull(section);
        var options = new CohereScorerOptions();
        return [.. CohereSettings.Apply(section, options), .. CohereScorerOptionsValidation.Failures(options, isUsed)];
    }

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(scorerName);
        ArgumentNullException.ThrowIfNull(section);
        var options = new CohereScorerOptions();
        List<string> failures = [.. CohereSettings.Apply(section, options), .. CohereScorerOptionsValidation.Failures(options, isUsed: true)];
        return failures.Count == 0
            ? new CohereRelevanceScorer(options, scorerName, clientFactory.CreateClient(ClientName), _pipelines, loggerFactory?.CreateLogger<CohereRelevanceScorer>(), timeProvider)
            : throw new RelevanceScoringException(string.Join(' ', failures));
    }
}

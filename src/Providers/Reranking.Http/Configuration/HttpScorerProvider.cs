using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Reranking.Http.Transport;

namespace Reranking.Http;

/// <summary>Makes scorers out of sections whose <c>Provider</c> is <c>Cohere</c>.</summary>
/// <remarks>Scorers come and go with the configuration; connections, rate limits and circuit breakers stay.</remarks>
internal sealed class HttpScorerProvider(IHttpClientFactory clientFactory, ILoggerFactory? loggerFactory, TimeProvider? timeProvider) : RelevanceScorerProvider("Cohere")
{
    /// <summary>The name of the client that all scorers of the provider use.</summary>
    public const string ClientName = "Reranking.Http.Provider";

    private readonly ScorerPipelines _pipelines = new(timeProvider ?? TimeProvider.System, loggerFactory);

    public override IReadOnlyCollection<string> Keys => HttpScorerSettings.Keys;

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed)
    {
        ArgumentNullException.ThrowIfNull(section);
        var options = new HttpScorerOptions();
        return [.. HttpScorerSettings.Apply(section, options), .. HttpScorerOptionsRules.Failures(options, isUsed)];
    }

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(scorerName);
        ArgumentNullException.ThrowIfNull(section);
        var options = new HttpScorerOptions();
        List<string> failures = [.. HttpScorerSettings.Apply(section, options), .. HttpScorerOptionsRules.Failures(options, isUsed: true)];
        return failures.Count == 0
            ? new HttpRelevanceScorer(options, scorerName, clientFactory.CreateClient(ClientName), _pipelines, loggerFactory?.CreateLogger<HttpRelevanceScorer>(), timeProvider)
            : throw new RelevanceScoringException(string.Join(' ', failures));
    }
}

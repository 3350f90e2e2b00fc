using Microsoft.Extensions.Logging;
using Reranking.Http.Transport;

namespace Reranking.Http.DependencyInjection;

/// <summary>Creates scorers that share a client: they come and go with the configuration; connections and rate limits stay.</summary>
internal sealed class HttpScorerFactory(IHttpClientFactory clientFactory, ILoggerFactory? loggerFactory, TimeProvider? timeProvider)
{
    /// <summary>The name of the client.</summary>
    public const string ClientName = "Reranking.Http";

    private readonly ScorerPipelines _pipelines = new(timeProvider ?? TimeProvider.System, loggerFactory);

    public HttpRelevanceScorer Create(string scorerName, HttpScorerOptions options) =>
        new(options, scorerName, clientFactory.CreateClient(ClientName), _pipelines, loggerFactory?.CreateLogger<HttpRelevanceScorer>(), timeProvider);
}

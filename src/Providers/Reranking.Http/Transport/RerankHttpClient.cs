using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Reranking.Http.Transport;

/// <summary>How the clients of this package are set up.</summary>
internal static class RerankHttpClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Registers a client whose handler runs the pipeline that a request brings along.</summary>
    public static IHttpClientBuilder Add(IServiceCollection services, string name) =>
        services.AddHttpClient(name)
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan)   // the scorer's own timeout says which setting to change

            // Scorers keep their client for good, so the connections are what must be renewed, not the handler.
            .UseSocketsHttpHandler(static (handler, _) => Configure(handler))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // The lines of the factory's loggers redact headers in their text alone: what they give to exporters holds the key. Who wants them back shall at least not read it.
            .RemoveAllLoggers()
            .RedactLoggedHeaders(static _ => true)
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) =>
            {
                // A second registration of the same scorer must not retry the retries.
                if (!handlers.Any(static handler => handler is ResilienceHandler))
                {
                    handlers.Insert(0, new ResilienceHandler(static request =>
                        request.Options.TryGetValue(ScorerPipelines.Key, out ResiliencePipeline<HttpResponseMessage>? pipeline) ? pipeline : ResiliencePipeline<HttpResponseMessage>.Empty));
                }
            });

    /// <summary>Makes a client for a scorer that is used without a service provider.</summary>
    public static HttpClient Create()
    {
        var handler = new SocketsHttpHandler();
        Configure(handler);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static void Configure(SocketsHttpHandler handler)
    {
        handler.PooledConnectionLifetime = ConnectionLifetime;
        handler.AllowAutoRedirect = false;   // a redirect would take texts and key along
        handler.UseCookies = false;
        handler.Proxy = new LoopbackBypass();
    }
}

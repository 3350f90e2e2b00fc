using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Reranking.Http.Transport;

/// <summary>Sets up the HTTP clients of this package.</summary>
internal static class RerankHttpClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Registers a client whose handler runs the pipeline that a request brings along.</summary>
    public static IHttpClientBuilder Add(IServiceCollection services, string name) =>
        services.AddHttpClient(name)
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan)   // the scorer's own timeout says which setting to change

            // Scorers keep their client, so the connections are renewed and not the handler.
            .UseSocketsHttpHandler(static (handler, _) => Configure(handler))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // The factory's loggers redact headers in the text of their lines only: exporters would get the key.
            // If an application adds the loggers again, its lines at least have no key in them.
            .RemoveAllLoggers()
            .RedactLoggedHeaders(static _ => true)
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) =>
            {
                // A second registration must not retry the retries.
                if (!handlers.Any(static handler => handler is ResilienceHandler))
                {
                    handlers.Insert(0, new ResilienceHandler(static request =>
                        request.Options.TryGetValue(ScorerPipelines.Key, out ResiliencePipeline<HttpResponseMessage>? pipeline)
                            ? pipeline
                            : ResiliencePipeline<HttpResponseMessage>.Empty));
                }
            });

    /// <summary>Creates the client of a scorer without a service provider.</summary>
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

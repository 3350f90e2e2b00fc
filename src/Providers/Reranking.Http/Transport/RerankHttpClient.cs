using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Reranking.Http.Transport;

/// <summary>Sets up the HTTP clients of this package.</summary>
internal static class RerankHttpClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    // Around the steps of this package, in the list of the steps of all registrations.
    private static readonly Action<HttpMessageHandlerBuilder> HandlersBegin = static _ => { };
    private static readonly Action<HttpMessageHandlerBuilder> HandlersEnd = static _ => { };
    private static readonly Action<HttpClient> ClientBegin = static _ => { };
    private static readonly Action<HttpClient> ClientEnd = static _ => { };

    /// <summary>Registers a client whose handler runs the pipeline that a request brings along.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name of the client.</param>
    /// <param name="isFirst">Whether the client is registered for the first time; later ones only change it.</param>
    /// <param name="configureClient">Changes the client, or <see langword="null"/>.</param>
    /// <remarks>
    /// What an application sets for all of its clients comes before, however late it is registered, and no retries of it take the place of ours.
    /// </remarks>
    public static void Add(IServiceCollection services, string name, bool isFirst, Action<IHttpClientBuilder>? configureClient)
    {
        IHttpClientBuilder client = services.AddHttpClient(name);
        services.Configure<HttpClientFactoryOptions>(name, static options =>
        {
            options.HttpMessageHandlerBuilderActions.Add(HandlersBegin);
            options.HttpClientActions.Add(ClientBegin);
        });
        if (isFirst)
        {
            Configure(client);
        }

        configureClient?.Invoke(client);
        services.Configure<HttpClientFactoryOptions>(name, static options =>
        {
            options.HttpMessageHandlerBuilderActions.Add(HandlersEnd);
            options.HttpClientActions.Add(ClientEnd);
        });
        if (isFirst)
        {
            services.PostConfigure<HttpClientFactoryOptions>(name, static options =>
            {
                MoveLast(options.HttpMessageHandlerBuilderActions, HandlersBegin, HandlersEnd);
                MoveLast(options.HttpClientActions, ClientBegin, ClientEnd);
                options.HttpMessageHandlerBuilderActions.Add(static builder => builder.AdditionalHandlers.Add(new RequestSpanHandler()));
            });
        }
    }

    /// <summary>Creates the client of a scorer without a service provider.</summary>
    public static HttpClient Create()
    {
        var handler = new SocketsHttpHandler();
        Configure(handler);
        return new HttpClient(new RequestSpanHandler { InnerHandler = handler }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static void Configure(IHttpClientBuilder client) =>
        client.ConfigureHttpClient(static http => http.Timeout = Timeout.InfiniteTimeSpan)   // the scorer's own timeout says which setting to change

            // Scorers keep their client, so the connections are renewed and not the handler.
            .UseSocketsHttpHandler(static (handler, _) => Configure(handler))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // The factory's loggers redact headers in the text of their lines only: exporters would get the key.
            // If an application adds the loggers again, its lines at least have no key in them.
            .RemoveAllLoggers()
            .RedactLoggedHeaders(static _ => true)
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) =>
            {
                // Those that an application has for all clients would retry the retries, or cut attempts before the options do.
                foreach (DelegatingHandler handler in handlers.Where(IsResilience).ToArray())
                {
                    handlers.Remove(handler);
                }

                handlers.Insert(0, new ExceptionRedactionHandler());
                handlers.Insert(0, new ResilienceHandler(static request =>
                    request.Options.TryGetValue(ScorerPipelines.Key, out ResiliencePipeline<HttpResponseMessage>? pipeline)
                        ? pipeline
                        : ResiliencePipeline<HttpResponseMessage>.Empty));
            });

    // By its name, the handler of Microsoft.Extensions.Http.Polly, on which nothing here depends.
    private static bool IsResilience(DelegatingHandler handler) =>
        handler is ResilienceHandler || handler.GetType().FullName == "Microsoft.Extensions.Http.PolicyHttpMessageHandler";

    private static void MoveLast<T>(IList<T> steps, T begin, T end)
        where T : class
    {
        List<T> own = [];
        bool isOwn = false;
        for (int i = 0; i < steps.Count;)
        {
            T step = steps[i];
            isOwn = ReferenceEquals(step, begin) || (isOwn && !ReferenceEquals(step, end));
            if (ReferenceEquals(step, begin) || ReferenceEquals(step, end) || isOwn)
            {
                own.Add(step);
                steps.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        foreach (T step in own)
        {
            steps.Add(step);
        }
    }

    private static void Configure(SocketsHttpHandler handler)
    {
        handler.PooledConnectionLifetime = ConnectionLifetime;
        handler.AllowAutoRedirect = false;   // a redirect would take texts and key along
        handler.UseCookies = false;
        handler.ActivityHeadersPropagator = null;   // spans and their ids are the work of RequestSpanHandler
        handler.Proxy = new LoopbackBypass();
    }
}

/// <summary>Redacts exceptions before a pipeline or a log sees them: .NET quotes the line of a response that it could not read.</summary>
internal sealed class ExceptionRedactionHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw ExceptionRedactor.Redact(exception)!;
        }
    }
}

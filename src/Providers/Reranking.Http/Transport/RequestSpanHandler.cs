using System.Diagnostics;

namespace Reranking.Http.Transport;

/// <summary>
/// Records a span per attempt and sends its id along, in place of .NET's own, whose events quote what a server sent and whose address has a path.
/// </summary>
internal sealed class RequestSpanHandler : DelegatingHandler
{
    private static readonly ActivitySource Source = new(RerankingTelemetry.SourceName);
    private static readonly HttpRequestOptionsKey<HashSet<string>> InjectedKey = new("Reranking.Http.InjectedHeaders");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using Activity? activity = Source.StartActivity(request.Method.Method, ActivityKind.Client);
        activity?.SetTag("http.request.method", request.Method.Method);
        activity?.SetTag("server.address", request.RequestUri?.Host);
        activity?.SetTag("server.port", request.RequestUri?.Port);
        DistributedContextPropagator.Current.Inject(activity ?? Activity.Current, request, Inject);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (!response.IsSuccessStatusCode)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
            }

            return response;
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag("error.type", exception.GetType().FullName);
            if (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                throw ExceptionRedactor.Redact(exception)!;
            }

            throw;
        }
    }

    // A retry sends the same message again, with the headers of the attempt before; those of the application stay.
    private static void Inject(object? carrier, string name, string value)
    {
        if (carrier is not HttpRequestMessage message)
        {
            return;
        }

        if (!message.Options.TryGetValue(InjectedKey, out HashSet<string>? injected))
        {
            injected = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            message.Options.Set(InjectedKey, injected);
        }

        if (injected.Remove(name))
        {
            message.Headers.Remove(name);
        }

        if (!message.Headers.Contains(name) && message.Headers.TryAddWithoutValidation(name, value))
        {
            injected.Add(name);
        }
    }
}

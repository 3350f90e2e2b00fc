using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using Reranking.Http.Protocol;

namespace Reranking.Http.Transport;

/// <summary>
/// Sends requests and returns the responses, whatever their status. What fails before there is a response becomes an exception of the scorer here.
/// </summary>
/// <param name="client">The client. It is not changed; what a request needs goes on the request.</param>
/// <param name="pipeline">The pipeline of the scorer.</param>
/// <param name="runsPipeline">Whether a handler of the client runs the pipeline, so that it must not run here too.</param>
/// <param name="endpoint">The address of requests.</param>
/// <param name="key">The key, or <see langword="null"/> for none.</param>
/// <param name="dialect">The API.</param>
/// <param name="errors">Creates the exceptions.</param>
/// <param name="secrets">What must not be shown of a redirect.</param>
internal sealed class RerankTransport(
    HttpClient client,
    ResiliencePipeline<HttpResponseMessage> pipeline,
    bool runsPipeline,
    Uri endpoint,
    string? key,
    RerankDialect dialect,
    RerankErrors errors,
    IReadOnlyList<string> secrets)
{
    private const int MaxRedirects = 3;

    /// <summary>Sends a request and returns the response once its headers are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(RerankRequest request, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        Uri target = endpoint;
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage response = await SendOnceAsync(target, request, deadline, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is < 300 or >= 400)
            {
                return response;
            }

            using (response)
            {
                Uri? next = Uri.TryCreate(target, response.Headers.Location, out Uri? absolute) ? absolute : null;
                target = redirects < MaxRedirects && IsSafe(response.StatusCode, target, next)
                    ? next!
                    : throw errors.Redirected(response.StatusCode, next is null ? null : new ResponseRedactor(request, secrets).Authority(next));
            }
        }
    }

    /// <summary>Returns whether texts and key may follow a redirect.</summary>
    /// <remarks>301 to 303 turn a POST into a GET. The same host means the same port too, unless only the encryption is new.</remarks>
    internal static bool IsSafe(HttpStatusCode status, Uri from, Uri? to) =>
        status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && to is not null
        && to.Host == from.Host
        && ((to.Scheme == from.Scheme && to.Port == from.Port) || (from.Scheme == Uri.UriSchemeHttp && to.Scheme == Uri.UriSchemeHttps));

    private async Task<HttpResponseMessage> SendOnceAsync(Uri target, RerankRequest request, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = runsPipeline
                ? await client.SendAsync(NewMessage(target, request, deadline), HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false)
                : await RunPipelineAsync(target, request, deadline, cancellationToken).ConfigureAwait(false);
            if (response.RequestMessage?.RequestUri is { } final && final.Authority != target.Authority)
            {
                response.Dispose();
                throw errors.RedirectedByClient(new ResponseRedactor(request, secrets).Authority(final));
            }

            return response;
        }
        catch (HttpRequestException exception)
        {
            throw errors.Unreachable(exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw errors.AttemptTimedOut(exception.Timeout, exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw errors.CircuitOpen(exception);
        }
        catch (RateLimiterRejectedException exception)
        {
            throw deadline.HasFailedAttempt ? errors.RateLimitedRetry(exception)
                : deadline.IsBackground ? errors.RateLimitedInBackground(exception)
                : errors.RateLimited(exception.RetryAfter, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw errors.CanceledByClient(exception);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException or RelevanceScoringException))
        {
            throw errors.ClientFailed(exception);
        }
    }

    private async Task<HttpResponseMessage> RunPipelineAsync(
        Uri target, RerankRequest request, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.SetRequestMessage(NewMessage(target, request, deadline));   // the rate limiter reads the deadline before the first attempt
        try
        {
            return await pipeline.ExecuteAsync(
                async attempt =>
                {
                    HttpRequestMessage message = NewMessage(target, request, deadline);   // a client sends a message only once
                    attempt.SetRequestMessage(message);
                    return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, attempt.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private HttpRequestMessage NewMessage(Uri target, RerankRequest request, RequestDeadline deadline)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, target) { Content = new RerankContent(dialect, request) };
        message.Headers.Accept.ParseAdd("application/json");
        if (key is not null)
        {
            message.Headers.TryAddWithoutValidation(dialect.KeyHeader, dialect.KeyPrefix + key);
        }

        if (dialect.VersionHeader is { } version)
        {
            message.Headers.TryAddWithoutValidation(version.Name, version.Value);
        }

        message.Options.Set(RequestDeadline.Key, deadline);
        if (runsPipeline)
        {
            message.Options.Set(ScorerPipelines.Key, pipeline);
        }

        return message;
    }
}

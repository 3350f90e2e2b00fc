using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using Reranking.Http.Protocol;

namespace Reranking.Http.Transport;

/// <summary>Sends requests and gives the answers, whatever their status. What goes wrong before there is an answer is put into words here.</summary>
/// <param name="client">The client. It is not changed; what a request needs goes on the request.</param>
/// <param name="pipeline">The pipeline of the scorer.</param>
/// <param name="runsPipeline">Whether a handler of the client runs the pipeline, so that it must not run here too.</param>
/// <param name="key">The key, or <see langword="null"/> for none.</param>
/// <param name="dialect">The dialect of the API.</param>
/// <param name="failures">The words.</param>
internal sealed class RerankTransport(
    HttpClient client, ResiliencePipeline<HttpResponseMessage> pipeline, bool runsPipeline, string? key, RerankDialect dialect, RerankErrors failures)
{
    private const int MaxRedirects = 3;

    /// <summary>Sends a request and gives its answer once the headers are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(Uri endpoint, RerankRequest request, RequestDeadline deadline, CancellationToken cancellationToken)
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
                target = redirects < MaxRedirects && IsSafe(response.StatusCode, target, next) ? next! : throw failures.Redirected(response.StatusCode, next);
            }
        }
    }

    /// <summary>Tells whether texts and key may follow a redirect.</summary>
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
                ? await client.SendAsync(NewMessage(target, request, deadline), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false)
                : await RunPipelineAsync(target, request, deadline, cancellationToken).ConfigureAwait(false);
            if (response.RequestMessage?.RequestUri is { } answered && answered.Authority != target.Authority)
            {
                response.Dispose();
                throw failures.Followed(answered);
            }

            return response;
        }
        catch (HttpRequestException exception)
        {
            throw failures.Unreachable(exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw failures.AttemptTookTooLong(exception.Timeout, exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw failures.CircuitOpen(exception);
        }
        catch (RateLimiterRejectedException exception)
        {
            throw deadline.IsBackground ? failures.GaveWay(exception) : failures.RateLimited(exception.RetryAfter, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw failures.CanceledByClient(exception);
        }
    }

    private async Task<HttpResponseMessage> RunPipelineAsync(Uri target, RerankRequest request, RequestDeadline deadline, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.SetRequestMessage(NewMessage(target, request, deadline));   // the rate limit asks for the deadline before there is a try
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

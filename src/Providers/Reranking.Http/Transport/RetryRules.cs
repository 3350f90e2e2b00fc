using System.Net;
using System.Security.Authentication;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Reranking.Http.Protocol;

namespace Reranking.Http.Transport;

/// <summary>Which requests are retried, and when. A request that was answered never is: it may have been billed.</summary>
internal static class RetryRules
{
    private static readonly ResiliencePropertyKey<TimeSpan> DelayKey = new("Reranking.Http.Delay");
    private static readonly TimeSpan LongestPeek = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);

    public static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider timeProvider)
    {
        TimeSpan? wait = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    public static async ValueTask<bool> ShouldRetry(RetryPredicateArguments<HttpResponseMessage> args)
    {
        if (!IsTransient(args.Outcome) || await IsOversizedAsync(args).ConfigureAwait(false))
        {
            return false;
        }

        // The delay is chosen here and not in the generator, because only here a retry that would come too late can be declined.
        RequestDeadline? deadline = Deadline(args.Context);
        deadline?.ReportFailedAttempt();
        // A server that names no time worth the name is still given a pause: those that answer "now" are overloaded too.
        TimeSpan? asked = RetryAfter(args.Outcome.Result, deadline?.TimeProvider ?? TimeProvider.System);
        TimeSpan delay = asked >= FirstDelay ? asked.Value : Backoff(args.AttemptNumber);
        args.Context.Properties.Set(DelayKey, delay);
        return deadline is null || delay < deadline.Remaining;
    }

    public static ValueTask<TimeSpan?> Delay(RetryDelayGeneratorArguments<HttpResponseMessage> args) =>
        ValueTask.FromResult<TimeSpan?>(args.Context.Properties.GetValue(DelayKey, FirstDelay));

    public static RequestDeadline? Deadline(ResilienceContext context) =>
        context.GetRequestMessage() is { } request && request.Options.TryGetValue(RequestDeadline.Key, out RequestDeadline? deadline) ? deadline : null;

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result: { } response } => (int)response.StatusCode is 408 or 429 or 500 or 502 or 503 or 504,
        { Exception: HttpRequestException exception } => exception.InnerException is not AuthenticationException,
        { Exception: TimeoutRejectedException } => true,
        _ => false,
    };

    // llama.cpp says by a 500 that a document is too long, which it stays. What was read of the response is put back.
    private static async ValueTask<bool> IsOversizedAsync(RetryPredicateArguments<HttpResponseMessage> args)
    {
        if (args.Outcome.Result is not { StatusCode: HttpStatusCode.InternalServerError } response
            || response.Content.Headers.ContentLength is not (> 0 and <= RerankResponseReader.MaxErrorLength))
        {
            return false;
        }

        try
        {
            using var timeout = new CancellationTokenSource(LongestPeek, Deadline(args.Context)?.TimeProvider ?? TimeProvider.System);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(args.Context.CancellationToken, timeout.Token);
            using ResponseBody body = await ResponseBody.ReadAsync(response.Content, RerankResponseReader.MaxErrorLength, linked.Token).ConfigureAwait(false);
            var read = new ByteArrayContent(body.Bytes.ToArray());
            read.Headers.ContentType = response.Content.Headers.ContentType;
            response.Content = read;
            return RerankErrors.IsOversized(response.StatusCode, RerankErrorBody.Read(body));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    // Doubled each time, with a jitter of half of it either way: clients that failed together do not come back together.
    private static TimeSpan Backoff(int attempt) => FirstDelay * Math.Pow(2, attempt) * (0.5 + Random.Shared.NextDouble());
}

using System.Security.Authentication;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Reranking.Http.Transport;

/// <summary>Which requests are retried, and when. A request that was answered never is: it may have been billed.</summary>
internal static class RetryRules
{
    private static readonly ResiliencePropertyKey<TimeSpan> DelayKey = new("Reranking.Http.Delay");
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

    public static ValueTask<bool> ShouldRetry(RetryPredicateArguments<HttpResponseMessage> args)
    {
        if (!IsTransient(args.Outcome))
        {
            return ValueTask.FromResult(false);
        }

        // The delay is chosen here and not in the generator, because only here a retry that would come too late can be declined.
        RequestDeadline? deadline = Deadline(args.Context);
        deadline?.ReportFailedAttempt();
        TimeSpan delay = RetryAfter(args.Outcome.Result, deadline?.TimeProvider ?? TimeProvider.System) ?? Backoff(args.AttemptNumber);
        args.Context.Properties.Set(DelayKey, delay);
        return ValueTask.FromResult(deadline is null || delay < deadline.Remaining);
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

    // Doubled each time, with a jitter of half of it either way: clients that failed together do not come back together.
    private static TimeSpan Backoff(int attempt) => FirstDelay * Math.Pow(2, attempt) * (0.5 + Random.Shared.NextDouble());
}

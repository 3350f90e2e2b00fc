using Microsoft.Extensions.Logging;
using Polly;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Telemetry;
using Polly.Timeout;

namespace Reranking.Http.Transport;

/// <summary>Creates the resilience pipelines of scorers. Those of one name share a rate limiter, which outlives them.</summary>
/// <remarks>They have no circuit breaker: whoever calls a scorer checks the one that all of its callers share.</remarks>
internal sealed class ScorerPipelines(TimeProvider timeProvider, ILoggerFactory? loggerFactory)
{
    /// <summary>The pipeline that the handler of a client runs a request in.</summary>
    public static readonly HttpRequestOptionsKey<ResiliencePipeline<HttpResponseMessage>> Key = new("Reranking.Http.Pipeline");

    private const int Capacity = 256;
    private static readonly TimeSpan DefaultAttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly BoundedCache<RequestRateLimiter> _limiters = new(Capacity);

    /// <summary>Returns how long an attempt may take, which is no longer than the call.</summary>
    public static TimeSpan AttemptTimeout(HttpScorerOptions options)
    {
        TimeSpan timeout = options.AttemptTimeout ?? DefaultAttemptTimeout;
        return timeout < options.Timeout ? timeout : options.Timeout;
    }

    /// <summary>Creates the pipeline of a scorer: retry, then the rate limit, then the timeout of each attempt.</summary>
    public ResiliencePipeline<HttpResponseMessage> Create(string scorerName, HttpScorerOptions options)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = "Reranking.Http", InstanceName = scorerName, TimeProvider = timeProvider };
        if (loggerFactory is not null)
        {
            // A retry that helped is no news, and one that did not is in the failure of the call: without the stack trace of each attempt.
            builder.ConfigureTelemetry(new TelemetryOptions
            {
                LoggerFactory = loggerFactory,
                SeverityProvider = static _ => ResilienceEventSeverity.Debug,
            });
        }

        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.MaxRetries,
                ShouldHandle = RetryRules.ShouldRetry,
                DelayGenerator = RetryRules.Delay,
            });
        }

        if (options.RequestsPerMinute is { } requestsPerMinute)
        {
            RequestRateLimiter limiter = _limiters.GetOrAdd(
                scorerName, limiter => limiter.RequestsPerMinute == requestsPerMinute, () => new RequestRateLimiter(requestsPerMinute, timeProvider));
            builder.AddRateLimiter(new RateLimiterStrategyOptions
            {
                RateLimiter = async args =>
                {
                    RequestDeadline? deadline = RetryRules.Deadline(args.Context);
                    TimeSpan longestWait = deadline?.Remaining ?? options.Timeout;
                    return await limiter.AcquireAsync(longestWait, deadline is { IsBackground: true }, args.Context.CancellationToken).ConfigureAwait(false);
                },
            });
        }

        // If an attempt can take as long as the call, the call's own timeout ends it, and says which setting to change.
        TimeSpan attemptTimeout = AttemptTimeout(options);
        if (attemptTimeout < options.Timeout)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { Timeout = attemptTimeout });
        }

        return builder.Build();
    }
}

using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;
using Reranking.Http.Protocol;

namespace Reranking.Http.Transport;

/// <summary>Makes the resilience pipelines of scorers, which share what has to outlive them: the rate limiter of a name and the circuit breaker of a model at an endpoint.</summary>
internal sealed class ScorerPipelines(TimeProvider timeProvider, ILoggerFactory? loggerFactory)
{
    /// <summary>The pipeline that the handler of a client runs a request in.</summary>
    public static readonly HttpRequestOptionsKey<ResiliencePipeline<HttpResponseMessage>> Key = new("Reranking.Http.Pipeline");

    private const int Capacity = 256;
    private static readonly TimeSpan DefaultAttemptTimeout = TimeSpan.FromSeconds(10);

    private readonly BoundedCache<RequestRateLimiter> _limiters = new(Capacity);
    private readonly BoundedCache<ResiliencePipeline<HttpResponseMessage>> _breakers = new(Capacity);

    /// <summary>Makes the pipeline of a scorer: retry, then the circuit breaker, whose refusals take nothing from the rate limit, then that, then the timeout of each try.</summary>
    public ResiliencePipeline<HttpResponseMessage> Create(string scorerName, RerankEndpoint endpoint, HttpScorerOptions options)
    {
        ResiliencePipelineBuilder<HttpResponseMessage> builder = NewBuilder(scorerName);
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.MaxRetries,
                ShouldHandle = RetryRules.ShouldRetry,
                DelayGenerator = RetryRules.Delay,
            });
        }

        // By model, since one that fails says nothing about another of the same vendor.
        builder.AddPipeline(_breakers.GetOrAdd($"{endpoint.Identity} {options.Model}", static _ => true, () => NewBreaker(endpoint)));
        if (options.RequestsPerMinute is { } requestsPerMinute)
        {
            RequestRateLimiter limiter = _limiters.GetOrAdd(
                scorerName, limiter => limiter.RequestsPerMinute == requestsPerMinute, () => new RequestRateLimiter(requestsPerMinute, timeProvider));
            builder.AddRateLimiter(new RateLimiterStrategyOptions
            {
                RateLimiter = async args =>
                {
                    RequestDeadline? deadline = RetryRules.Deadline(args.Context);
                    return await limiter.AcquireAsync(deadline?.Remaining ?? options.Timeout, deadline is { IsBackground: true }, args.Context.CancellationToken).ConfigureAwait(false);
                },
            });
        }

        // Where a try may take as long as the call, the call's own timeout ends it, and says which setting to change.
        TimeSpan attemptTimeout = options.AttemptTimeout ?? DefaultAttemptTimeout;
        if (attemptTimeout < options.Timeout)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { Timeout = attemptTimeout });
        }

        return builder.Build();
    }

    // A limit of requests is no sign of a broken server, and has its own answer: 429 does not open the circuit.
    private ResiliencePipeline<HttpResponseMessage> NewBreaker(RerankEndpoint endpoint) => NewBuilder(endpoint.Address.Authority)
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = static args => ValueTask.FromResult(
                RetryRules.IsBroken(args.Outcome)
                || (args.Outcome.Exception is OperationCanceledException && RetryRules.Deadline(args.Context) is { HasPassed: true })),   // a server that hangs, and no caller who went
            FailureRatio = 0.5,
            MinimumThroughput = 10,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(15),
        })
        .Build();

    private ResiliencePipelineBuilder<HttpResponseMessage> NewBuilder(string instanceName)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = "Reranking.Http", InstanceName = instanceName, TimeProvider = timeProvider };
        if (loggerFactory is not null)
        {
            builder.ConfigureTelemetry(loggerFactory);
        }

        return builder;
    }
}

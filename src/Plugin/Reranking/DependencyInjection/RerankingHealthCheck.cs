using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Reranking.Live;

namespace Reranking;

/// <summary>A readiness check that is healthy once the scorers in use are loaded.</summary>
/// <remarks>
/// Register it with <c>services.AddHealthChecks().AddCheck&lt;RerankingHealthCheck&gt;("reranking", tags: ["ready"])</c>. It loads nothing and sends nothing;
/// with <see cref="RerankingWarmUp.OnFirstCall"/> it is healthy before anything is loaded.
/// </remarks>
public sealed class RerankingHealthCheck : IHealthCheck
{
    private readonly IServiceProvider _services;

    /// <summary>Initializes a new instance of the <see cref="RerankingHealthCheck"/> class.</summary>
    /// <param name="services">The services that <c>AddReranking</c> was called on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public RerankingHealthCheck(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><c>AddReranking</c> was not called.</exception>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HealthStatus failureStatus = context.Registration.FailureStatus;
        try
        {
            (RerankingWarmUp when, bool isReady) = _services.GetRequiredService<LiveReranking>().GetReadiness();
            Exception? failure = _services.GetRequiredService<RerankingWarmUpService>().Failure;
            return Task.FromResult(
                isReady || when == RerankingWarmUp.OnFirstCall ? HealthCheckResult.Healthy("The scorers in use are ready.")
                : failure is not null ? new HealthCheckResult(failureStatus, "A scorer in use can't be loaded.", failure)
                : new HealthCheckResult(failureStatus, "The scorers in use are still loading."));
        }
        catch (OptionsValidationException exception)
        {
            return Task.FromResult(new HealthCheckResult(failureStatus, "The configuration of reranking is not valid.", exception));
        }
    }
}

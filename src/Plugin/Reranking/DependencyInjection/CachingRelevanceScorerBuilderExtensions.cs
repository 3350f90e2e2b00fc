using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a cache to a <see cref="RelevanceScorerBuilder"/>.</summary>
public static class CachingRelevanceScorerBuilderExtensions
{
    /// <summary>Caches scores per document in the <see cref="HybridCache"/> of the services.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    /// <remarks>
    /// Building the scorer throws an <see cref="InvalidOperationException"/> if no <see cref="HybridCache"/> is registered. Register one with
    /// <c>AddHybridCache</c> of the package <c>Microsoft.Extensions.Caching.Hybrid</c>, either in memory only or on top of the <c>IDistributedCache</c> of the
    /// services, such as Redis.
    /// </remarks>
    public static RelevanceScorerBuilder UseCaching(this RelevanceScorerBuilder builder, Action<CachingRelevanceScorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((innerScorer, services) =>
        {
            HybridCache cache = services.GetService<HybridCache>() ?? throw new InvalidOperationException(
                $"No {nameof(HybridCache)} is registered, and {nameof(UseCaching)} needs one. " +
                "Call services.AddHybridCache() of the package Microsoft.Extensions.Caching.Hybrid.");
            var options = new CachingRelevanceScorerOptions();
            configure?.Invoke(options);
            return new CachingRelevanceScorer(
                innerScorer,
                cache,
                options,
                services.GetService<ILogger<CachingRelevanceScorer>>(),
                services.GetService<TimeProvider>(),
                services.GetService<IMeterFactory>());
        });
    }
}

using Microsoft.Extensions.Logging;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds decorators to the scorers of a <see cref="RerankingBuilder"/>.</summary>
public static class RerankingBuilderExtensions
{
    /// <summary>Keeps the scores of each scorer in the application's <c>HybridCache</c>; they survive a change of the configuration that leaves the scorer as it is.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder UseCaching(this RerankingBuilder builder, Action<CachingRelevanceScorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Decorate((_, scorer) => scorer.UseCaching(configure));
    }

    /// <summary>Logs each call of each scorer: a line at Debug, the texts at Trace, a failure at Error.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="loggerFactory">Creates the logger, or <see langword="null"/> for the factory of the services.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder UseLogging(this RerankingBuilder builder, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Decorate((_, scorer) => scorer.UseLogging(loggerFactory));
    }
}

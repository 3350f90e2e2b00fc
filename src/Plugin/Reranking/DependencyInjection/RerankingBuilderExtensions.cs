using Microsoft.Extensions.Logging;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds decorators to the scorers of a <see cref="RerankingBuilder"/>.</summary>
public static class RerankingBuilderExtensions
{
    /// <summary>
    /// Keeps the scores of each scorer in the application's <c>HybridCache</c>; they survive a change of the configuration that leaves the scorer as it is.
    /// </summary>
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

    /// <summary>Records a span and the duration of each call of each scorer, by the conventions of OpenTelemetry for generative AI.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets up the decorator, or <see langword="null"/> for its defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    /// <remarks>A <see cref="Reranker"/> records its own calls: use this for scorers that are called without one, or to see the scorers of a chain.</remarks>
    public static RerankingBuilder UseOpenTelemetry(this RerankingBuilder builder, Action<OpenTelemetryRelevanceScorer>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Decorate((_, scorer) => scorer.UseOpenTelemetry(configure));
    }

    /// <summary>Scores a sample of the calls with a second scorer in the background, and records how alike the two rank.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="shadowScorerFactory">Creates the second scorer, one for each scorer that is decorated, which disposes it.</param>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="shadowScorerFactory"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder UseShadow(
        this RerankingBuilder builder, Func<IServiceProvider, IRelevanceScorer> shadowScorerFactory, Action<ShadowRelevanceScorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(shadowScorerFactory);
        return builder.Decorate((_, scorer) => scorer.UseShadow(shadowScorerFactory, configure));
    }
}

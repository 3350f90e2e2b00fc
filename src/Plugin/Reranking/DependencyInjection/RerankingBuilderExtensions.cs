using Microsoft.Extensions.Logging;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds decorators to the scorers of a <see cref="RerankingBuilder"/>.</summary>
public static class RerankingBuilderExtensions
{
    /// <summary>
    /// Caches the scores of each scorer in the application's <c>HybridCache</c>; they survive a configuration change that does not affect the scorer.
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

    /// <summary>Logs each call of each scorer at Debug, its text at Trace, and failures at Error.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="loggerFactory">Creates the logger, or <see langword="null"/> for the logger factory of the services.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder UseLogging(this RerankingBuilder builder, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Decorate((_, scorer) => scorer.UseLogging(loggerFactory));
    }

    /// <summary>Records a span and the duration of each call of each scorer, following the OpenTelemetry semantic conventions for generative AI.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the decorator, or <see langword="null"/> for its defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    /// <remarks>A <see cref="Reranker"/> records its own calls. Use this for scorers that are called without one, or to see the scorers of a chain.</remarks>
    public static RerankingBuilder UseOpenTelemetry(this RerankingBuilder builder, Action<OpenTelemetryRelevanceScorer>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Decorate((_, scorer) => scorer.UseOpenTelemetry(configure));
    }

    /// <summary>Scores a sample of the calls with a second scorer in the background, and records how similar the two rankings are.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="shadowScorerFactory">Creates a second scorer for each decorated scorer, which disposes it.</param>
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

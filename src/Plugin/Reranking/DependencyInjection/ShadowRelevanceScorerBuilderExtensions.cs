using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a shadow to a <see cref="RelevanceScorerBuilder"/>.</summary>
public static class ShadowRelevanceScorerBuilderExtensions
{
    /// <summary>Has a second scorer score a sample of the calls in the background, and records how similar the two rankings are.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="shadowScorerFactory">Creates the second scorer. The decorator disposes it.</param>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="shadowScorerFactory"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder UseShadow(
        this RelevanceScorerBuilder builder,
        Func<IServiceProvider, IRelevanceScorer> shadowScorerFactory,
        Action<ShadowRelevanceScorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(shadowScorerFactory);
        return builder.Use((innerScorer, services) =>
        {
            var options = new ShadowRelevanceScorerOptions();
            configure?.Invoke(options);
            return new ShadowRelevanceScorer(
                innerScorer,
                shadowScorerFactory(services),
                options,
                services.GetService<ILogger<ShadowRelevanceScorer>>(),
                services.GetService<TimeProvider>(),
                services.GetService<IMeterFactory>());
        });
    }
}

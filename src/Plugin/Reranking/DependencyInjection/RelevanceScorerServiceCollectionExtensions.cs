using Microsoft.Extensions.DependencyInjection.Extensions;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers scorers.</summary>
/// <remarks>
/// Registration only registers: nothing is made until the scorer is resolved. The first registration of a key, or without one, stands; a later one and
/// the decorators of its builder have no effect. Two scorers at once are two keys.
/// </remarks>
public static class RelevanceScorerServiceCollectionExtensions
{
    /// <summary>Registers a scorer, unless there is one.</summary>
    /// <param name="services">The services.</param>
    /// <param name="innerScorer">The scorer. The container disposes it, once it was resolved.</param>
    /// <param name="lifetime">How long the decorated scorer lives. A <see cref="Reranker"/> of <c>AddReranker</c> needs a singleton.</param>
    /// <returns>A builder that adds decorators to this registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddRelevanceScorer(
        this IServiceCollection services, IRelevanceScorer innerScorer, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, serviceKey: null, new RelevanceScorerBuilder(innerScorer), lifetime);
    }

    /// <summary>Registers a scorer that is made when it is resolved, unless there is one.</summary>
    /// <param name="services">The services.</param>
    /// <param name="innerScorerFactory">Makes the scorer.</param>
    /// <param name="lifetime">How long the decorated scorer lives. A <see cref="Reranker"/> of <c>AddReranker</c> needs a singleton.</param>
    /// <returns>A builder that adds decorators to this registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="innerScorerFactory"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddRelevanceScorer(
        this IServiceCollection services, Func<IServiceProvider, IRelevanceScorer> innerScorerFactory, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, serviceKey: null, new RelevanceScorerBuilder(innerScorerFactory), lifetime);
    }

    /// <summary>Registers a scorer under a key, unless the key has one.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, or <see langword="null"/> for none.</param>
    /// <param name="innerScorer">The scorer. The container disposes it, once it was resolved.</param>
    /// <param name="lifetime">How long the decorated scorer lives. A <see cref="Reranker"/> of <c>AddKeyedReranker</c> needs a singleton.</param>
    /// <returns>A builder that adds decorators to this registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedRelevanceScorer(
        this IServiceCollection services, object? serviceKey, IRelevanceScorer innerScorer, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, serviceKey, new RelevanceScorerBuilder(innerScorer), lifetime);
    }

    /// <summary>Registers a scorer that is made when it is resolved under a key, unless the key has one.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, or <see langword="null"/> for none.</param>
    /// <param name="innerScorerFactory">Makes the scorer.</param>
    /// <param name="lifetime">How long the decorated scorer lives. A <see cref="Reranker"/> of <c>AddKeyedReranker</c> needs a singleton.</param>
    /// <returns>A builder that adds decorators to this registration.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="innerScorerFactory"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedRelevanceScorer(
        this IServiceCollection services,
        object? serviceKey,
        Func<IServiceProvider, IRelevanceScorer> innerScorerFactory,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, serviceKey, new RelevanceScorerBuilder(innerScorerFactory), lifetime);
    }

    private static RelevanceScorerBuilder Add(IServiceCollection services, object? serviceKey, RelevanceScorerBuilder builder, ServiceLifetime lifetime)
    {
        services.TryAdd(new ServiceDescriptor(typeof(IRelevanceScorer), serviceKey, (provider, _) => builder.Build(provider), lifetime));
        return builder;
    }
}

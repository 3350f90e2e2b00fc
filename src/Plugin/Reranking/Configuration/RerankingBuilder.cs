using Microsoft.Extensions.DependencyInjection;

namespace Reranking;

/// <summary>Adds to what <c>AddReranking</c> registered: the kinds of scorers that the configuration may name.</summary>
public sealed class RerankingBuilder
{
    internal RerankingBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a kind of scorer that the configuration may name.</summary>
    /// <param name="providerFactory">Makes the provider, once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="providerFactory"/> is <see langword="null"/>.</exception>
    public RerankingBuilder AddProvider(Func<IServiceProvider, RelevanceScorerProvider> providerFactory)
    {
        ArgumentNullException.ThrowIfNull(providerFactory);
        Services.AddSingleton(providerFactory);
        return this;
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.AspNetCore.Endpoints;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what the endpoints of <c>MapReranking</c> need beside <c>AddReranking</c>.</summary>
public static class RerankingServerServiceCollectionExtensions
{
    /// <summary>Registers the endpoints with the default options.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddRerankingServer(this IServiceCollection services) => services.AddRerankingServer(static _ => { });

    /// <summary>Registers the endpoints with options that are set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddRerankingServer(this IServiceCollection services, Action<RerankingServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        Add(services).Configure(configure);
        return services;
    }

    /// <summary>Registers the endpoints with options of the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention <c>RerankingServer</c>. Keys that are not those of the options are errors at start.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddRerankingServer(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        Add(services)
            .Bind(section, static binder => binder.ErrorOnUnknownConfiguration = true)
            .Configure(options => options.Section = section);
        return services;
    }

    private static OptionsBuilder<RerankingServerOptions> Add(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new ScorerDirectory(provider));
        services.TryAddSingleton(static provider => new RerankEndpoint(
            provider.GetRequiredService<ScorerDirectory>(),
            provider.GetRequiredService<IOptions<RerankingServerOptions>>(),
            provider.GetRequiredService<ILogger<RerankEndpoint>>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<InfoEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RerankingServerOptions>, RerankingServerOptionsValidator>());
        return services.AddOptions<RerankingServerOptions>().ValidateOnStart();
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="Reranker"/>.</summary>
/// <remarks>
/// <para>The reranker is a singleton over the registered <see cref="IRelevanceScorer"/> of the same key. It takes the <see cref="TimeProvider"/>, the
/// <see cref="IMeterFactory"/> and the logger of the services where there are some, and reads its options once.</para>
/// <para>The options are validated when the host starts, and when the reranker is resolved. Calls add up: each further one configures the same options.</para>
/// </remarks>
public static class RerankerServiceCollectionExtensions
{
    /// <summary>Registers a reranker with the default options.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddReranker(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddReranker(services, serviceKey: null, section: null);
        return services;
    }

    /// <summary>Registers a reranker with options set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddReranker(this IServiceCollection services, Action<RerankingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddReranker(services, serviceKey: null, section: null).Configure(configure);
        return services;
    }

    /// <summary>Registers a reranker with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section that holds the options, by convention <see cref="RerankingOptions.SectionName"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddReranker(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        AddReranker(services, serviceKey: null, section).Bind(section);
        return services;
    }

    /// <summary>Registers a reranker over the scorer of a key, with the default options.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of scorer and reranker. The options are named after it, as its <see cref="object.ToString"/> says.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedReranker(this IServiceCollection services, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        AddReranker(services, serviceKey, section: null);
        return services;
    }

    /// <summary>Registers a reranker over the scorer of a key, with options set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of scorer and reranker. The options are named after it, as its <see cref="object.ToString"/> says.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedReranker(this IServiceCollection services, object serviceKey, Action<RerankingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        AddReranker(services, serviceKey, section: null).Configure(configure);
        return services;
    }

    /// <summary>Registers a reranker over the scorer of a key, with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of scorer and reranker. The options are named after it, as its <see cref="object.ToString"/> says.</param>
    /// <param name="section">The section that holds the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKeyedReranker(this IServiceCollection services, object serviceKey, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        AddReranker(services, serviceKey, section).Bind(section);
        return services;
    }

    private static OptionsBuilder<RerankingOptions> AddReranker(IServiceCollection services, object? serviceKey, IConfigurationSection? section)
    {
        string name = serviceKey?.ToString() ?? Options.Options.DefaultName;
        services.TryAdd(new ServiceDescriptor(typeof(Reranker), serviceKey, (provider, key) => Create(provider, key, name), ServiceLifetime.Singleton));
        AddValidator(services, name, section);
        return services.AddOptionsWithValidateOnStart<RerankingOptions>(name);
    }

    // One validator a name: a second one would only say everything twice. The path of a section is worth more to a reader than the conventional one.
    private static void AddValidator(IServiceCollection services, string name, IConfigurationSection? section)
    {
        ServiceDescriptor? known = services.FirstOrDefault(descriptor =>
            !descriptor.IsKeyedService && descriptor.ImplementationInstance is RerankingOptionsValidator validator && validator.OptionsName == name);
        if (known is null || section is not null)
        {
            _ = known is not null && services.Remove(known);
            services.AddSingleton<IValidateOptions<RerankingOptions>>(new RerankingOptionsValidator(name, section?.Path ?? RerankingOptions.SectionName));
        }
    }

    private static Reranker Create(IServiceProvider provider, object? serviceKey, string optionsName)
    {
        IRelevanceScorer? scorer = serviceKey is null ? provider.GetService<IRelevanceScorer>() : provider.GetKeyedService<IRelevanceScorer>(serviceKey);
        if (scorer is null)
        {
            string place = serviceKey is null ? "" : $" with the key '{serviceKey}'";
            string prefix = serviceKey is null ? "Add" : "AddKeyed";
            throw new InvalidOperationException(
                $"No {nameof(IRelevanceScorer)} is registered{place}, and {nameof(Reranker)} needs one. Add one, for instance with {prefix}OnnxScorer or {prefix}RelevanceScorer.");
        }

        return new Reranker(
            scorer,
            provider.GetRequiredService<IOptionsMonitor<RerankingOptions>>().Get(optionsName),
            provider.GetService<ILogger<Reranker>>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>());
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking.Onnx;
using Reranking.Onnx.DependencyInjection;
using Reranking.Onnx.Hub;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures where models are downloaded from by name.</summary>
/// <remarks>Registration does not touch the network before the first call of a scorer or <see cref="OnnxRelevanceScorer.WarmUpAsync"/>.</remarks>
public static class ModelStoreServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="ModelStore"/> with which local scorers download their models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddModelStore(this IServiceCollection services, Action<ModelStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        TryAddModelStore(services);
        return services.Configure(configure);
    }

    /// <summary>Adds the <see cref="ModelStore"/> with which local scorers download their models, configured from a section.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section to bind <see cref="ModelStoreOptions"/> from, such as <c>Reranking:ModelStore</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddModelStore(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        TryAddModelStore(services);
        KnownKeysValidator<ModelStoreOptions>.TryAdd(services, section, "the model store");
        services.AddOptions<ModelStoreOptions>()
            .Configure(_ => ModelStoreOptionsValidator.ThrowIfNoAddress(section))
            .Bind(section)
            .Configure(options => options.SettingsPath = section.Path);
        return services;
    }

    internal static void TryAddModelStore(IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(ModelStore)))
        {
            return;
        }

        // Not validated on start by itself: reranking creates the store when the host starts, and would report each mistake a second time.
        services.AddSingleton<IValidateOptions<ModelStoreOptions>, ModelStoreOptionsValidator>();
        services.AddOptions<ModelStoreOptions>();
        services.AddSingleton(static provider => new ModelStore(
            provider.GetRequiredService<IOptions<ModelStoreOptions>>().Value,
            httpClient: null,
            provider.GetService<ILogger<ModelStore>>(),
            provider.GetService<TimeProvider>()));
    }
}

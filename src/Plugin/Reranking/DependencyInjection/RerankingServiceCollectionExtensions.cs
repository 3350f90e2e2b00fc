using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers reranking as the configuration describes it, and follows its changes.</summary>
public static class RerankingServiceCollectionExtensions
{
    /// <summary>Registers a <see cref="Reranker"/>, its <see cref="IRelevanceScorer"/>, and each named scorer as a keyed service, all from one section of the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention <c>Reranking</c>.</param>
    /// <returns>A builder that adds the kinds of scorers which the section may name, as <c>AddOnnx()</c>.</returns>
    /// <remarks>
    /// <para>
    /// <c>Scorers</c> names scorers, each with a <c>Provider</c>; <c>Use</c> says which one answers, or several, of which the next one answers when the one before fails; or
    /// <c>Stages</c> lets a fast one choose for a strong one. The whole section is checked when the host starts: an unknown name, key or value is an error that names the path and what is allowed.
    /// </para>
    /// <para>
    /// When the configuration changes, the new scorers are made and warmed up first; then the next request uses them. Requests under way end on the old ones, which are disposed when
    /// the last has left. A change that does not validate, or whose model does not load, is logged as an error and changes nothing.
    /// </para>
    /// <para>Keyed services exist for the names that the section has when this method is called.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Reranking is registered already, from another section.</exception>
    public static RerankingBuilder AddReranking(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        if (services.Select(static descriptor => descriptor.IsKeyedService ? null : descriptor.ImplementationInstance).OfType<RerankingBuilder>().FirstOrDefault() is { } known)
        {
            return known.Section.Path == section.Path
                ? known
                : throw new InvalidOperationException($"Reranking is registered from {known.Section.Path} already, and would be again from {section.Path}. Call AddReranking once.");
        }

        var builder = new RerankingBuilder(services, section);
        services.AddSingleton(builder);
        services.AddSingleton(provider => new LiveReranking(provider, section, builder));
        services.AddSingleton<IValidateOptions<LiveRerankingOptions>, LiveRerankingValidator>();
        services.AddOptionsWithValidateOnStart<LiveRerankingOptions>();
        services.TryAddSingleton<IRelevanceScorer>(static provider => new LiveRelevanceScorer(provider.GetRequiredService<LiveReranking>(), name: null));
        services.TryAddSingleton(static provider => new Reranker(
            provider.GetRequiredService<LiveReranking>().AcquireContext,
            provider.GetService<ILogger<Reranker>>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>()));
        foreach (string name in section.GetSection("Scorers").GetChildren().Select(static scorer => scorer.Key))
        {
            services.TryAddKeyedSingleton<IRelevanceScorer>(name, (provider, _) => new LiveRelevanceScorer(provider.GetRequiredService<LiveReranking>(), name));
        }

        return builder;
    }
}

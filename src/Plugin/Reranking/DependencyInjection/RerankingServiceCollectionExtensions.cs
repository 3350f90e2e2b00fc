using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Live;
using Reranking.Ranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers reranking, as code or a section of the configuration describes it.</summary>
/// <remarks>
/// <para>
/// Each method registers a <see cref="Reranker"/> and an <see cref="IRelevanceScorer"/>, and both again as keyed services under the name of each
/// named scorer. Call one of them, once, and add scorers to the builder that it returns. Registration only registers: nothing is created before the
/// first use. What was registered is checked when the host starts, and then loaded in the background (<see cref="RerankingWarmUp"/>).
/// </para>
/// <para>The <see cref="TimeProvider"/>, the <see cref="IMeterFactory"/> and the loggers are those of the services, if there are any.</para>
/// </remarks>
public static class RerankingServiceCollectionExtensions
{
    /// <summary>Registers reranking with the default options.</summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder that adds scorers, as in <c>AddOnnx()</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Reranking is registered already.</exception>
    public static RerankingBuilder AddReranking(this IServiceCollection services) => services.AddReranking(static _ => { });

    /// <summary>Registers reranking with options that are set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder that adds scorers, as in <c>AddOnnx()</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Reranking is registered already.</exception>
    public static RerankingBuilder AddReranking(this IServiceCollection services, Action<RerankingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        RerankingBuilder builder = Add(services, section: null);
        services.AddOptions<RerankingOptions>().Configure(configure);
        return builder;
    }

    /// <summary>Registers reranking as a section of the configuration describes it, and follows its changes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention <c>Reranking</c>.</param>
    /// <returns>
    /// A builder that adds the kinds of scorers that the section can name, as in <c>AddOnnx()</c>, or scorers in code if the section names none.
    /// </returns>
    /// <remarks>
    /// <para>
    /// <c>Scorers</c> names scorers, each with a <c>Provider</c>; <c>Use</c> says which one answers, or several, of which the next one answers if the
    /// one before fails; or <c>Stages</c> lets a fast one choose for a strong one. The whole section is checked when the host starts: an unknown
    /// name, key or value is an error that names the path and what is allowed.
    /// </para>
    /// <para>
    /// When the configuration changes, the new scorers are created and warmed up first; then the next request uses them. Requests under way end on
    /// the old ones, which are disposed after the last of these requests. A change that does not validate, or whose model does not load, is logged as
    /// an error and changes nothing.
    /// </para>
    /// <para>Keyed services exist for the names that the section has when this method is called.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Reranking is registered already.</exception>
    public static RerankingBuilder AddReranking(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, section);
    }

    private static RerankingBuilder Add(IServiceCollection services, IConfigurationSection? section)
    {
        if (services.FirstOrDefault(static service => !service.IsKeyedService && service.ImplementationInstance is RerankingBuilder) is { } known)
        {
            string? path = ((RerankingBuilder)known.ImplementationInstance!).Section?.Path;
            throw new InvalidOperationException(
                $"Reranking is registered already, {(path is null ? "in code" : $"from the section {path}")}. " +
                "Call AddReranking once, and add all scorers to the builder that it returns.");
        }

        var builder = new RerankingBuilder(services, section, name => AddKeyed(services, name));
        services.AddSingleton(builder);
        services.AddSingleton(provider => new LiveReranking(provider, builder));
        services.AddSingleton<IValidateOptions<LiveRerankingOptions>, LiveRerankingValidator>();
        services.AddOptionsWithValidateOnStart<LiveRerankingOptions>();
        services.AddSingleton(static provider => new RerankingWarmUpService(
            provider.GetRequiredService<LiveReranking>(), provider.GetService<TimeProvider>(), provider.GetService<ILogger<LiveReranking>>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<RerankingWarmUpService>());
        services.AddSingleton<IRelevanceScorer>(static provider => new LiveRelevanceScorer(provider.GetRequiredService<LiveReranking>(), name: null));
        services.AddSingleton(static provider => CreateReranker(provider, provider.GetRequiredService<LiveReranking>().AcquireContext));
        return builder;
    }

    private static void AddKeyed(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton<IRelevanceScorer>(name, (provider, _) => new LiveRelevanceScorer(provider.GetRequiredService<LiveReranking>(), name));
        services.AddKeyedSingleton(name, (provider, _) =>
        {
            LiveReranking live = provider.GetRequiredService<LiveReranking>();
            return CreateReranker(provider, () => live.AcquireContext(name));
        });
    }

    private static Reranker CreateReranker(IServiceProvider provider, Func<RerankingContext> acquire) => new(
        acquire, provider.GetService<ILogger<Reranker>>(), provider.GetService<TimeProvider>(), provider.GetService<IMeterFactory>());
}

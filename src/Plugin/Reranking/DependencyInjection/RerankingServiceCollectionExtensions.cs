using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Live;
using Reranking.Ranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers reranking from code or from a configuration section.</summary>
/// <remarks>
/// <para>
/// Each method registers a <see cref="Reranker"/> and an <see cref="IRelevanceScorer"/>, and both again as keyed services under the name of each named scorer.
/// Call one of the methods, once, and add scorers to the builder that it returns. Nothing is created before it is first used. The registration is validated
/// when the host starts, and the scorers are then loaded in the background (<see cref="RerankingWarmUp"/>).
/// </para>
/// <para>The <see cref="TimeProvider"/>, the <see cref="IMeterFactory"/> and the loggers are taken from the services, if registered.</para>
/// </remarks>
public static class RerankingServiceCollectionExtensions
{
    /// <summary>Registers reranking with the default options.</summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder for adding scorers, for example with <c>AddOnnx()</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Reranking is registered already.</exception>
    public static RerankingBuilder AddReranking(this IServiceCollection services) => services.AddReranking(static _ => { });

    /// <summary>Registers reranking with options that are set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder for adding scorers, for example with <c>AddOnnx()</c>.</returns>
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

    /// <summary>Registers reranking from a configuration section, and applies changes to it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention <c>Reranking</c>.</param>
    /// <returns>
    /// A builder for adding the providers that the section can name, for example with <c>AddOnnx()</c>, or scorers in code if the section names none.
    /// </returns>
    /// <remarks>
    /// <para>
    /// <c>Scorers</c> defines named scorers, each with a <c>Provider</c>. <c>Use</c> selects one, or several, each of which is called if the one before it
    /// fails; alternatively, <c>Stages</c> has a fast scorer preselect for a strong one. The whole section is validated when the host starts: an unknown name,
    /// key or value is an error that names the path and what is allowed.
    /// </para>
    /// <para>
    /// When the configuration changes, the new scorers are created and warmed up first; then the next request uses them. Requests in progress finish on the old
    /// ones, which are disposed after the last of these requests. If a change is invalid, or its model does not load, an error is logged and nothing changes.
    /// </para>
    /// <para>Keyed services exist for the names in the section at the time of this call.</para>
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

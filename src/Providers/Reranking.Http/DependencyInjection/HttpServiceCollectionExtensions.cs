using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Http;
using Reranking.Http.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers scorers that call a rerank API.</summary>
/// <remarks>
/// <para>Registration only registers: nothing is sent until the first call. The options are validated when the host starts, and read once.</para>
/// <para>
/// Each scorer has a named client, whose connections are renewed every two minutes. Its handler retries, limits and times out as the options say; <c>configureClient</c> may add handlers, or
/// take that one out with <c>RemoveAllResilienceHandlers</c> and add another.
/// </para>
/// </remarks>
public static class HttpServiceCollectionExtensions
{
    private const string ClientName = "Reranking.Http";

    /// <summary>Adds a rerank API as the <see cref="IRelevanceScorer"/> of the application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="configureClient">Changes the client, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddCohereScorer(
        this IServiceCollection services, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, Options.Options.DefaultName, section: null).Configure(configure);
        return services.AddRelevanceScorer(CreateWith(services, ClientName, Options.Options.DefaultName, configureClient));
    }

    /// <summary>Adds a rerank API as the <see cref="IRelevanceScorer"/> of the application, set up by configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section that holds <see cref="HttpScorerOptions"/>, as <c>Reranking:Cohere</c>.</param>
    /// <param name="configureClient">Changes the client, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="section"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddCohereScorer(
        this IServiceCollection services, IConfigurationSection section, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions(services, Options.Options.DefaultName, section).Configure(options => HttpScorerSettings.Apply(section, options));
        return services.AddRelevanceScorer(CreateWith(services, ClientName, Options.Options.DefaultName, configureClient));
    }

    /// <summary>Adds a rerank API as a keyed <see cref="IRelevanceScorer"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is also the name of the options.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="configureClient">Changes the client, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedCohereScorer(
        this IServiceCollection services, string serviceKey, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, serviceKey, section: null).Configure(configure);
        return services.AddKeyedRelevanceScorer(serviceKey, CreateWith(services, $"{ClientName}:{serviceKey}", serviceKey, configureClient));
    }

    /// <summary>Adds a rerank API as a keyed <see cref="IRelevanceScorer"/>, set up by configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is also the name of the options.</param>
    /// <param name="section">The section that holds <see cref="HttpScorerOptions"/>.</param>
    /// <param name="configureClient">Changes the client, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/>, <paramref name="serviceKey"/> or <paramref name="section"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedCohereScorer(
        this IServiceCollection services, string serviceKey, IConfigurationSection section, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions(services, serviceKey, section).Configure(options => HttpScorerSettings.Apply(section, options));
        return services.AddKeyedRelevanceScorer(serviceKey, CreateWith(services, $"{ClientName}:{serviceKey}", serviceKey, configureClient));
    }

    private static OptionsBuilder<HttpScorerOptions> AddOptions(IServiceCollection services, string name, IConfigurationSection? section)
    {
        services.AddSingleton<IValidateOptions<HttpScorerOptions>>(new HttpScorerOptionsValidator(name, section));
        return services.AddOptionsWithValidateOnStart<HttpScorerOptions>(name);
    }

    private static Func<IServiceProvider, IRelevanceScorer> CreateWith(IServiceCollection services, string clientName, string optionsName, Action<IHttpClientBuilder>? configureClient)
    {
        IHttpClientBuilder client = RerankHttpClient.Add(services, clientName);
        configureClient?.Invoke(client);
        return provider =>
        {
            TimeProvider timeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return new HttpRelevanceScorer(
                provider.GetRequiredService<IOptionsMonitor<HttpScorerOptions>>().Get(optionsName),
                optionsName,
                provider.GetRequiredService<IHttpClientFactory>().CreateClient(clientName),
                new ScorerPipelines(timeProvider, provider.GetService<ILoggerFactory>()),
                provider.GetService<ILogger<HttpRelevanceScorer>>(),
                timeProvider);
        };
    }
}

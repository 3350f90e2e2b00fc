using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Http;
using Reranking.Http.Configuration;
using Reranking.Http.DependencyInjection;
using Reranking.Http.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds hosted rerank APIs to reranking.</summary>
/// <remarks>
/// <para>Registration only registers: nothing is sent before the first call.</para>
/// <para>
/// All scorers share a named client, whose connections are renewed every two minutes. Its handler retries, limits and times out as the options of each scorer
/// say; <c>configureClient</c> can add handlers, or remove that one with <c>RemoveAllResilienceHandlers</c> and add another. Retries and timeouts that the
/// application adds to all of its clients do not apply to this one; its other handlers do.
/// </para>
/// </remarks>
public static class HttpRerankingBuilderExtensions
{
    /// <summary>
    /// Lets the section name rerank APIs, by <c>"Provider": "Cohere"</c>, <c>"Jina"</c> or another of <see cref="RerankApi"/>, with the keys of
    /// <see cref="HttpScorerOptions"/>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configureClient">Changes the client that the scorers share, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder AddHttp(this RerankingBuilder builder, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddClient(builder, configureClient);
        if (builder.Services.Any(static service => service.ServiceType == typeof(HttpProvidersMarker)))
        {
            return builder;   // a section names each provider once, however often they are added
        }

        builder.Services.AddSingleton<HttpProvidersMarker>();
        foreach (string name in HttpScorerProvider.Names)
        {
            builder.AddProvider(provider => new HttpScorerProvider(name, provider.GetRequiredService<HttpScorerFactory>()));
        }

        return builder;
    }

    /// <summary>Adds a rerank API as the only scorer.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="configureClient">Changes the client that the scorers share, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is a scorer already; several need names.</exception>
    public static RerankingBuilder AddHttp(
        this RerankingBuilder builder, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddScorer(Register(builder, Options.Options.DefaultName, configure, configureClient));
    }

    /// <summary>Adds a rerank API under a name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name, which is also that of the options.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="configureClient">Changes the client that the scorers share, its handlers and its resilience, or <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="builder"/>, <paramref name="name"/> or <paramref name="configure"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    /// <exception cref="InvalidOperationException">There is a scorer of that name, or one without a name, already.</exception>
    public static RerankingBuilder AddHttp(
        this RerankingBuilder builder, string name, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddScorer(name, Register(builder, name, configure, configureClient));
    }

    /// <summary>The same as <see cref="AddHttp(RerankingBuilder, Action{IHttpClientBuilder})"/>.</summary>
    /// <inheritdoc cref="AddHttp(RerankingBuilder, Action{IHttpClientBuilder})" path="/*[not(self::summary)]"/>
    public static RerankingBuilder AddCohere(this RerankingBuilder builder, Action<IHttpClientBuilder>? configureClient = null) =>
        builder.AddHttp(configureClient);

    /// <summary>Adds Cohere's rerank API as the only scorer.</summary>
    /// <inheritdoc cref="AddHttp(RerankingBuilder, Action{HttpScorerOptions}, Action{IHttpClientBuilder})" path="/*[not(self::summary)]"/>
    public static RerankingBuilder AddCohere(
        this RerankingBuilder builder, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null) =>
        builder.AddHttp(configure, configureClient);

    /// <summary>Adds Cohere's rerank API under a name.</summary>
    /// <inheritdoc cref="AddHttp(RerankingBuilder, string, Action{HttpScorerOptions}, Action{IHttpClientBuilder})" path="/*[not(self::summary)]"/>
    public static RerankingBuilder AddCohere(
        this RerankingBuilder builder, string name, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient = null) =>
        builder.AddHttp(name, configure, configureClient);

    private static Func<IServiceProvider, IRelevanceScorer> Register(
        RerankingBuilder builder, string name, Action<HttpScorerOptions> configure, Action<IHttpClientBuilder>? configureClient)
    {
        AddClient(builder, configureClient);
        builder.Services.AddSingleton<IValidateOptions<HttpScorerOptions>>(new HttpScorerOptionsValidator(name));
        builder.Services.AddOptions<HttpScorerOptions>(name).Configure(configure);
        return services =>
            services.GetRequiredService<HttpScorerFactory>().Create(name, services.GetRequiredService<IOptionsMonitor<HttpScorerOptions>>().Get(name));
    }

    private static void AddClient(RerankingBuilder builder, Action<IHttpClientBuilder>? configureClient)
    {
        bool isFirst = !builder.Services.Any(static service => service.ServiceType == typeof(HttpScorerFactory));
        builder.Services.TryAddSingleton(static provider => new HttpScorerFactory(
            provider.GetRequiredService<IHttpClientFactory>(), provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>()));
        RerankHttpClient.Add(builder.Services, HttpScorerFactory.ClientName, isFirst, configureClient);
    }

    // Tells that the providers are added: their descriptors are factories, which can't be told apart.
    private sealed class HttpProvidersMarker;
}

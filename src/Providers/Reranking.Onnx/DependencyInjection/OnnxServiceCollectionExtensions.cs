using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Onnx;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers local models.</summary>
/// <remarks>Registration only registers: no file is touched until the first call, or <see cref="OnnxRelevanceScorer.WarmUpAsync"/>.</remarks>
public static class OnnxServiceCollectionExtensions
{
    /// <summary>Adds the bundled cross-encoder of the package <c>Reranking.Onnx.MiniLM</c> as the <see cref="IRelevanceScorer"/> of the application.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddOnnxScorer(this IServiceCollection services) => services.AddOnnxScorer(static _ => { });

    /// <summary>Adds a local cross-encoder as the <see cref="IRelevanceScorer"/> of the application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddOnnxScorer(this IServiceCollection services, Action<OnnxScorerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions<OnnxScorerOptions>(services, Options.Options.DefaultName, OnnxScorerOptions.SectionName).Configure(configure);
        return services.AddRelevanceScorer(static provider => CreateScorer(provider, Options.Options.DefaultName));
    }

    /// <summary>Adds a local cross-encoder as the <see cref="IRelevanceScorer"/> of the application, set up by configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section to bind <see cref="OnnxScorerOptions"/> from, as <c>Reranking:Onnx</c>. It may be empty: then the bundled model is used.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddOnnxScorer(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions<OnnxScorerOptions>(services, Options.Options.DefaultName, section.Path).Bind(section);
        return services.AddRelevanceScorer(static provider => CreateScorer(provider, Options.Options.DefaultName));
    }

    /// <summary>Adds a local cross-encoder as a keyed <see cref="IRelevanceScorer"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is also the name of the options.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedOnnxScorer(this IServiceCollection services, string serviceKey, Action<OnnxScorerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions<OnnxScorerOptions>(services, serviceKey, OnnxScorerOptions.SectionName).Configure(configure);
        return services.AddKeyedRelevanceScorer(serviceKey, provider => CreateScorer(provider, serviceKey));
    }

    /// <summary>Adds a local cross-encoder as a keyed <see cref="IRelevanceScorer"/>, set up by configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is also the name of the options.</param>
    /// <param name="section">The section to bind <see cref="OnnxScorerOptions"/> from.</param>
    /// <returns>The builder, to add decorators with.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AddKeyedOnnxScorer(this IServiceCollection services, string serviceKey, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions<OnnxScorerOptions>(services, serviceKey, section.Path).Bind(section);
        return services.AddKeyedRelevanceScorer(serviceKey, provider => CreateScorer(provider, serviceKey));
    }

    /// <summary>Adds a local bi-encoder as the embedding generator of the application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; <see cref="OnnxModelOptions.ModelPath"/> is needed.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddOnnxEmbeddingGenerator(this IServiceCollection services, Action<OnnxEmbeddingGeneratorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions<OnnxEmbeddingGeneratorOptions>(services, Options.Options.DefaultName, OnnxEmbeddingGeneratorOptions.SectionName).Configure(configure);
        return AddEmbeddingGenerator(services);
    }

    /// <summary>Adds a local bi-encoder as the embedding generator of the application, set up by configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section to bind <see cref="OnnxEmbeddingGeneratorOptions"/> from, as <c>Embeddings:Onnx</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddOnnxEmbeddingGenerator(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions<OnnxEmbeddingGeneratorOptions>(services, Options.Options.DefaultName, section.Path).Bind(section);
        return AddEmbeddingGenerator(services);
    }

    private static OptionsBuilder<TOptions> AddOptions<TOptions>(IServiceCollection services, string name, string sectionPath)
        where TOptions : OnnxModelOptions, new()
    {
        ModelStoreServiceCollectionExtensions.TryAddModelStore(services);
        services.AddSingleton<IValidateOptions<TOptions>>(new OnnxModelOptionsValidator<TOptions>(name, sectionPath));
        return services.AddOptionsWithValidateOnStart<TOptions>(name);
    }

    private static OnnxRelevanceScorer CreateScorer(IServiceProvider provider, string name) =>
        new(provider.GetRequiredService<IOptionsMonitor<OnnxScorerOptions>>().Get(name), provider.GetService<ILogger<OnnxRelevanceScorer>>(), provider.GetRequiredService<ModelStore>());

    private static IServiceCollection AddEmbeddingGenerator(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new OnnxEmbeddingGenerator(provider.GetRequiredService<IOptions<OnnxEmbeddingGeneratorOptions>>().Value));
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(static provider => provider.GetRequiredService<OnnxEmbeddingGenerator>());
        return services;
    }
}

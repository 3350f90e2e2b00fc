using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Reranking.Onnx;
using Reranking.Onnx.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers local embedding models for first stages.</summary>
/// <remarks>Registration touches no file. The generator checks that its model is installed when it is created, and loads it on the first call.</remarks>
public static class OnnxServiceCollectionExtensions
{
    /// <summary>Adds a local bi-encoder as the embedding generator of the application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; <see cref="OnnxModelOptions.ModelPath"/> is required.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddOnnxEmbeddingGenerator(this IServiceCollection services, Action<OnnxEmbeddingGeneratorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions<OnnxEmbeddingGeneratorOptions>(services, Options.Options.DefaultName, OnnxEmbeddingGeneratorOptions.SectionName).Configure(configure);
        return AddEmbeddingGenerator(services);
    }

    /// <summary>Adds a local bi-encoder as the embedding generator of the application, configured from a section.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section to bind <see cref="OnnxEmbeddingGeneratorOptions"/> from, such as <c>Embeddings:Onnx</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddOnnxEmbeddingGenerator(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        AddOptions<OnnxEmbeddingGeneratorOptions>(services, Options.Options.DefaultName, section.Path).Bind(section);
        KnownKeysValidator<OnnxEmbeddingGeneratorOptions>.TryAdd(services, section, "the embedding generator");
        return AddEmbeddingGenerator(services);
    }

    private static OptionsBuilder<TOptions> AddOptions<TOptions>(IServiceCollection services, string name, string sectionPath)
        where TOptions : OnnxModelOptions, new()
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new OnnxModelOptionsValidator<TOptions>(name, sectionPath));
        return services.AddOptionsWithValidateOnStart<TOptions>(name);
    }

    private static IServiceCollection AddEmbeddingGenerator(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new OnnxEmbeddingGenerator(provider.GetRequiredService<IOptions<OnnxEmbeddingGeneratorOptions>>().Value));
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(static provider => provider.GetRequiredService<OnnxEmbeddingGenerator>());
        return services;
    }
}

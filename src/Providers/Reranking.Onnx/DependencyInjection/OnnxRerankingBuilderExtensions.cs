using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking;
using Reranking.Onnx;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds local cross-encoders to reranking.</summary>
/// <remarks>Registration does not touch any file before the first call or <see cref="IWarmable.WarmUpAsync"/>.</remarks>
public static class OnnxRerankingBuilderExtensions
{
    /// <summary>
    /// Enables local cross-encoders in the section, with <c>"Provider": "Onnx"</c> and the keys of <see cref="OnnxScorerOptions"/>; without a section, adds the
    /// bundled model of the package <c>Reranking.Onnx.MiniLM</c> as the only scorer.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Models named by <see cref="OnnxScorerOptions.Model"/> are downloaded according to the section <c>ModelStore</c> beside <c>Scorers</c>, see
    /// <see cref="ModelStoreOptions"/>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no section, and a scorer has already been added; several scorers need names.</exception>
    public static RerankingBuilder AddOnnx(this RerankingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Section is null)
        {
            return builder.AddOnnx(static _ => { });
        }

        AddModelStore(builder);
        return builder.AddProvider(
            static services => new OnnxScorerProvider(services.GetService<ILogger<OnnxRelevanceScorer>>(), services.GetRequiredService<ModelStore>()));
    }

    /// <summary>Adds a local cross-encoder as the only scorer.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">A scorer has already been added; several scorers need names.</exception>
    public static RerankingBuilder AddOnnx(this RerankingBuilder builder, Action<OnnxScorerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddScorer(Register(builder, Options.Options.DefaultName, configure));
    }

    /// <summary>Adds a local cross-encoder under a name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name, which is also that of the options.</param>
    /// <param name="configure">Sets the options, or <see langword="null"/> for the bundled model.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="name"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    /// <exception cref="InvalidOperationException">A scorer of that name, or one without a name, has already been added.</exception>
    public static RerankingBuilder AddOnnx(this RerankingBuilder builder, string name, Action<OnnxScorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.AddScorer(name, Register(builder, name, configure));
    }

    private static Func<IServiceProvider, IRelevanceScorer> Register(RerankingBuilder builder, string name, Action<OnnxScorerOptions>? configure)
    {
        AddModelStore(builder);
        builder.Services.AddSingleton<IValidateOptions<OnnxScorerOptions>>(new OnnxModelOptionsValidator<OnnxScorerOptions>(name, nameof(OnnxScorerOptions)));
        builder.Services.AddOptions<OnnxScorerOptions>(name).Configure(configure ?? (static _ => { }));
        return services => new OnnxRelevanceScorer(
            services.GetRequiredService<IOptionsMonitor<OnnxScorerOptions>>().Get(name),
            services.GetService<ILogger<OnnxRelevanceScorer>>(),
            services.GetRequiredService<ModelStore>());
    }

    private static void AddModelStore(RerankingBuilder builder)
    {
        if (builder.Section is { } section)
        {
            builder.Services.AddModelStore(section.GetSection(OnnxScorerProvider.ModelStoreKey));
        }
        else
        {
            ModelStoreServiceCollectionExtensions.TryAddModelStore(builder.Services);
        }
    }
}

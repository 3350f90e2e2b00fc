using Microsoft.Extensions.Logging;
using Reranking;
using Reranking.Onnx;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the configuration name local models as scorers.</summary>
/// <remarks>Registration only registers: no file is touched until the first call, or <see cref="IWarmable.WarmUpAsync"/>.</remarks>
public static class OnnxRerankingBuilderExtensions
{
    /// <summary>Adds the provider <c>Onnx</c>: a scorer whose section says <c>"Provider": "Onnx"</c> is a local cross-encoder, with the keys of <see cref="OnnxScorerOptions"/>. Models named by <see cref="OnnxScorerOptions.Model"/> are fetched as the section <c>ModelStore</c> beside <c>Scorers</c> says, see <see cref="ModelStoreOptions"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RerankingBuilder AddOnnx(this RerankingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddModelStore(builder.Section.GetSection(OnnxScorerProvider.ModelStoreKey));
        return builder.AddProvider(static services => new OnnxScorerProvider(services.GetService<ILogger<OnnxRelevanceScorer>>(), services.GetRequiredService<ModelStore>()));
    }
}

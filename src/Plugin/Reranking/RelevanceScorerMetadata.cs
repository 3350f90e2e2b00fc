namespace Reranking;

/// <summary>What is known about a scorer without calling it; ask for it with <see cref="IRelevanceScorer.GetService"/>.</summary>
/// <param name="providerName">The kind of provider, such as <c>onnx</c> or <c>cohere</c>: the <c>gen_ai.provider.name</c> of spans and metrics.</param>
/// <param name="endpoint">The address of a hosted provider, without keys, or <see langword="null"/> for a local one.</param>
/// <param name="modelId">The model that answers when the options name none, or <see langword="null"/> where it is unknown.</param>
/// <param name="maxInputTokens">The longest input of the model in tokens, query, document and special tokens together, or <see langword="null"/> where it is unknown.</param>
/// <param name="isLocal">Whether texts stay on this machine, or in a network that is as safe.</param>
public class RelevanceScorerMetadata(string? providerName = null, Uri? endpoint = null, string? modelId = null, int? maxInputTokens = null, bool isLocal = false)
{
    /// <summary>Gets the kind of provider.</summary>
    /// <value>A short name in lower case, or <see langword="null"/> where it is unknown.</value>
    public string? ProviderName { get; } = providerName;

    /// <summary>Gets the address of a hosted provider.</summary>
    /// <value>The address without keys, or <see langword="null"/> for a local provider.</value>
    public Uri? Endpoint { get; } = endpoint;

    /// <summary>Gets the model that answers when the options name none.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> where it is unknown.</value>
    public string? ModelId { get; } = modelId;

    /// <summary>Gets a value indicating whether texts stay on this machine, or in a network that the settings declare to be as good.</summary>
    /// <value>A scorer that does not say so is taken for a hosted one, and gets no text that may not leave.</value>
    public virtual bool IsLocal { get; } = isLocal;

    /// <summary>Gets what tells two set-ups of one <see cref="ModelId"/> apart that score differently: a hash of the weights, the longest input, the dialect.</summary>
    /// <value>A short text, the same in every process that scores the same, or <see langword="null"/> where nothing but the model matters. It may read files when it is asked for the first time.</value>
    public virtual string? Revision => null;

    /// <summary>Gets the longest input of the model.</summary>
    /// <value>A count of tokens, query, document and special tokens together, or <see langword="null"/> where it is unknown.</value>
    public int? MaxInputTokens { get; } = maxInputTokens;
}

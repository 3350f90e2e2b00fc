namespace Reranking;

/// <summary>What is known about a scorer without calling it; ask for it with <see cref="IRelevanceScorer.GetService"/>.</summary>
public sealed record RelevanceScorerMetadata
{
    /// <summary>Gets the kind of provider: the <c>gen_ai.provider.name</c> of spans and metrics.</summary>
    /// <value>A short name in lower case, such as <c>onnx</c> or <c>cohere</c>, or <see langword="null"/> if it is unknown.</value>
    public string? ProviderName { get; init; }

    /// <summary>Gets the address of a hosted provider.</summary>
    /// <value>The address without keys, or <see langword="null"/> for a local provider.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>Gets the model that answers if the options name none.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets the longest input of the model.</summary>
    /// <value>A count of tokens, query, document and special tokens together, or <see langword="null"/> if it is unknown.</value>
    public int? MaxInputTokens { get; init; }

    /// <summary>
    /// Gets how long the scorer gives a call by its own settings, so that one which has much less says nothing about the scorer when it is late.
    /// </summary>
    /// <value>The time until it usually has an answer or fails, or <see langword="null"/> if it has no timeout of its own.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets a value indicating whether texts stay on this machine, or in a network that the settings declare to be as good.</summary>
    /// <value>The default is <see langword="false"/>: a scorer that does not say so counts as hosted, and gets no text that must not leave.</value>
    public bool IsLocal { get; init; }
}

namespace Reranking;

/// <summary>Describes a scorer without calling it; get it with <see cref="IRelevanceScorer.GetService"/>.</summary>
public sealed record RelevanceScorerMetadata
{
    /// <summary>Gets the kind of provider: the <c>gen_ai.provider.name</c> of spans and metrics.</summary>
    /// <value>A short name in lower case, such as <c>onnx</c> or <c>cohere</c>, or <see langword="null"/> if it is unknown.</value>
    public string? ProviderName { get; init; }

    /// <summary>Gets the address of a hosted provider.</summary>
    /// <value>The address without keys, or <see langword="null"/> for a local provider.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>Gets the model that is used if the options name none.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets the longest input of the model.</summary>
    /// <value>The number of tokens of query, document and special tokens together, or <see langword="null"/> if it is unknown.</value>
    public int? MaxInputTokens { get; init; }

    /// <summary>Gets the scorer's own time limit for a call, so that a timeout in a call with much less time does not count against the scorer.</summary>
    /// <value>The time after which it has usually answered or failed, or <see langword="null"/> if it has no timeout of its own.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets a value indicating whether text stays on this machine, or in a network that the settings declare to be equally safe.</summary>
    /// <value>
    /// The default is <see langword="false"/>: a scorer that does not declare this counts as hosted, and gets no text that must not leave this machine.
    /// </value>
    public bool IsLocal { get; init; }
}

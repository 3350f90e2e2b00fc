namespace Reranking;

/// <summary>The usage of one call to a scorer.</summary>
public sealed record RelevanceScoringUsage
{
    /// <summary>Gets how many tokens the model read, special tokens included.</summary>
    /// <value>The number of tokens, or <see langword="null"/> if the provider does not report it.</value>
    public long? InputTokenCount { get; init; }

    /// <summary>Gets how many search units a hosted provider billed.</summary>
    /// <value>The number of units, or <see langword="null"/> if the provider does not bill by them.</value>
    public double? SearchUnitCount { get; init; }
}

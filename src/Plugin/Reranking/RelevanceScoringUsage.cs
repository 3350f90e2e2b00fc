namespace Reranking;

/// <summary>What one call of a scorer consumed.</summary>
public sealed record RelevanceScoringUsage
{
    /// <summary>Gets how many tokens the model read, special tokens included.</summary>
    /// <value>A count of tokens, or <see langword="null"/> if the provider does not say.</value>
    public long? InputTokenCount { get; init; }

    /// <summary>Gets how many search units a hosted provider billed.</summary>
    /// <value>A number of units, or <see langword="null"/> if the provider does not bill by them.</value>
    public double? SearchUnitCount { get; init; }
}

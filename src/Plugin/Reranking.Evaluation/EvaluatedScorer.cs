namespace Reranking;

/// <summary>A scorer that takes part in an evaluation.</summary>
/// <param name="name">What the report calls it.</param>
/// <param name="scorer">The scorer. It stays the caller's.</param>
/// <exception cref="ArgumentNullException"><paramref name="name"/> or <paramref name="scorer"/> is <see langword="null"/>.</exception>
public sealed class EvaluatedScorer(string name, IRelevanceScorer scorer)
{
    /// <summary>Gets what the report calls it.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the scorer.</summary>
    public IRelevanceScorer Scorer { get; } = scorer ?? throw new ArgumentNullException(nameof(scorer));

    /// <summary>Gets the price of 1,000 search units of a hosted scorer.</summary>
    /// <value>In any currency, the same for all scorers; or <see langword="null"/>, the default, if it does not bill by them.</value>
    public decimal? PriceOfThousandSearchUnits { get; init; }

    /// <summary>Gets the price of a million tokens of a hosted scorer.</summary>
    /// <value>In any currency, the same for all scorers; or <see langword="null"/>, the default, if it does not bill by them.</value>
    public decimal? PriceOfMillionTokens { get; init; }
}

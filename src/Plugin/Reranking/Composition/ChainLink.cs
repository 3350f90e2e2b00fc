namespace Reranking.Composition;

/// <summary>One scorer of a <see cref="ChainRelevanceScorer"/>.</summary>
/// <param name="name">What results, logs and metrics call the scorer.</param>
/// <param name="scorer">The scorer.</param>
internal sealed class ChainLink(string name, IRelevanceScorer scorer)
{
    /// <summary>Gets what results, logs and metrics call the scorer.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the scorer.</summary>
    public IRelevanceScorer Scorer { get; } = scorer ?? throw new ArgumentNullException(nameof(scorer));

    /// <summary>Gets how long the scorer may take, whatever the time that is left.</summary>
    /// <value>More than zero. The default is <see langword="null"/>: its share of the time that is left for the call.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets the memory of the scorer's failures, where it outlives the chain.</summary>
    internal ScorerCircuit? Circuit { get; init; }
}

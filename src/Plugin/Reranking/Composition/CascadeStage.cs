namespace Reranking;

/// <summary>One stage of a <see cref="CascadeRelevanceScorer"/>.</summary>
/// <param name="name">The name of the scorer in results and logs.</param>
/// <param name="scorer">The scorer.</param>
/// <param name="keep">How many of the best documents are passed to the next stage, at least 1; not used in the last stage.</param>
public sealed class CascadeStage(string name, IRelevanceScorer scorer, int keep = int.MaxValue)
{
    /// <summary>Gets the name of the scorer in results and logs.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the scorer.</summary>
    public IRelevanceScorer Scorer { get; } = scorer ?? throw new ArgumentNullException(nameof(scorer));

    /// <summary>Gets how many of the best documents are passed to the next stage.</summary>
    public int Keep { get; } = keep >= 1 ? keep : throw new ArgumentOutOfRangeException(nameof(keep), keep, "A stage keeps 1 document or more.");
}

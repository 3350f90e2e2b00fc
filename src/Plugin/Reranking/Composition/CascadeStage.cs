namespace Reranking;

/// <summary>One stage of a <see cref="CascadeRelevanceScorer"/>.</summary>
/// <param name="name">What results and logs call the scorer.</param>
/// <param name="scorer">The scorer.</param>
/// <param name="keep">How many of the best documents go on to the next stage, from 1; the last stage does not need it.</param>
public sealed class CascadeStage(string name, IRelevanceScorer scorer, int keep = int.MaxValue)
{
    /// <summary>Gets what results and logs call the scorer.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the scorer.</summary>
    public IRelevanceScorer Scorer { get; } = scorer ?? throw new ArgumentNullException(nameof(scorer));

    /// <summary>Gets how many of the best documents go on to the next stage.</summary>
    public int Keep { get; } = keep >= 1 ? keep : throw new ArgumentOutOfRangeException(nameof(keep), keep, "A stage keeps 1 document or more.");
}

using System.Collections;

namespace Reranking;

/// <summary>The scores of one call, in document order, and what is known about the call.</summary>
/// <remarks>Immutable, as long as nobody changes the list that it was made of.</remarks>
/// <param name="scores">One score a document, in document order. The list is kept, not copied.</param>
public sealed class RelevanceScores(IReadOnlyList<RelevanceScore> scores) : IReadOnlyList<RelevanceScore>
{
    private readonly IReadOnlyList<RelevanceScore> _scores = scores ?? throw new ArgumentNullException(nameof(scores));

    /// <summary>Gets the answer to a call without documents.</summary>
    public static RelevanceScores Empty { get; } = new([]);

    /// <summary>Gets the number of scores, which is the number of documents.</summary>
    public int Count => _scores.Count;

    /// <summary>Gets the model that answered.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> where it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets what the call consumed.</summary>
    /// <value>The usage, or <see langword="null"/> where the provider does not tell.</value>
    public RelevanceScoringUsage? Usage { get; init; }

    /// <summary>Gets what a provider tells beyond the members of this type.</summary>
    /// <value>The properties by name, or <see langword="null"/> where there are none.</value>
    public IReadOnlyDictionary<string, object?>? AdditionalProperties { get; init; }

    /// <summary>Gets the score of the document at a position.</summary>
    /// <param name="index">The position of the document, from 0.</param>
    /// <returns>The score.</returns>
    public RelevanceScore this[int index] => _scores[index];

    /// <inheritdoc/>
    public IEnumerator<RelevanceScore> GetEnumerator() => _scores.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

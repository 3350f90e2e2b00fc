using System.Collections;

namespace Reranking;

/// <summary>The scores of one call, in document order, with information about the call.</summary>
/// <remarks>Immutable, as long as nobody changes the underlying list.</remarks>
/// <param name="scores">One score per document, in document order. The list is kept, not copied.</param>
public sealed class RelevanceScores(IReadOnlyList<RelevanceScore> scores) : IReadOnlyList<RelevanceScore>
{
    private readonly IReadOnlyList<RelevanceScore> _scores = scores ?? throw new ArgumentNullException(nameof(scores));

    /// <summary>Initializes a new instance of the <see cref="RelevanceScores"/> class with new scores and the other properties of an existing result.</summary>
    /// <param name="scores">One score per document, in document order. The list is kept, not copied.</param>
    /// <param name="other">The result to copy the properties from.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scores"/> or <paramref name="other"/> is <see langword="null"/>.</exception>
    public RelevanceScores(IReadOnlyList<RelevanceScore> scores, RelevanceScores other)
        : this(scores)
    {
        ArgumentNullException.ThrowIfNull(other);
        ModelId = other.ModelId;
        ScorerName = other.ScorerName;
        MinScore = other.MinScore;
        FailedAttempts = other.FailedAttempts;
        ScorerMetadata = other.ScorerMetadata;
        Usage = other.Usage;
        AdditionalProperties = other.AdditionalProperties;
    }

    /// <summary>Gets the result of a call without documents.</summary>
    public static RelevanceScores Empty { get; } = new([]);

    /// <summary>Gets the number of scores, which is the number of documents.</summary>
    public int Count => _scores.Count;

    /// <summary>Gets the model that answered.</summary>
    /// <value>The provider's name for the model, or <see langword="null"/> if it is unknown.</value>
    public string? ModelId { get; init; }

    /// <summary>Gets the configured name of the scorer that answered.</summary>
    /// <value>The name, or <see langword="null"/> for a scorer without one.</value>
    public string? ScorerName { get; init; }

    /// <summary>Gets the lowest <see cref="RelevanceScore.Value"/> worth keeping, as it was set for the scorer that answered.</summary>
    /// <value>From 0 to 1, or <see langword="null"/> for no threshold.</value>
    /// <remarks>The threshold travels with the scores, so that after a swap or in a chain it is never applied to the scale of another model.</remarks>
    public double? MinScore { get; init; }

    /// <summary>Gets the scorers that were called before and did not answer, in the order in which they were called.</summary>
    /// <value>Empty if the first one answered.</value>
    public IReadOnlyList<ScoringAttempt> FailedAttempts { get; init; } = [];

    /// <summary>Gets the usage of the call.</summary>
    /// <value>The usage, or <see langword="null"/> if the provider does not report it.</value>
    public RelevanceScoringUsage? Usage { get; init; }

    /// <summary>Gets provider-specific information beyond the members of this type.</summary>
    /// <value>The properties by name, or <see langword="null"/> if there are none.</value>
    public IReadOnlyDictionary<string, object?>? AdditionalProperties { get; init; }

    /// <summary>Gets what is known about the scorer that answered, if it is one of several.</summary>
    internal RelevanceScorerMetadata? ScorerMetadata { get; init; }

    /// <summary>Gets the score of the document at a position.</summary>
    /// <param name="index">The position of the document, from 0.</param>
    /// <returns>The score.</returns>
    public RelevanceScore this[int index] => _scores[index];

    /// <inheritdoc/>
    public IEnumerator<RelevanceScore> GetEnumerator() => _scores.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

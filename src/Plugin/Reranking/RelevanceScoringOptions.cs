namespace Reranking;

/// <summary>The options of one call of <see cref="IRelevanceScorer.ScoreAsync"/>.</summary>
/// <remarks>A scorer does not change the options it is given; a decorator that wants others clones them first.</remarks>
public class RelevanceScoringOptions
{
    /// <summary>Initializes a new instance of the <see cref="RelevanceScoringOptions"/> class.</summary>
    public RelevanceScoringOptions()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="RelevanceScoringOptions"/> class as a copy.</summary>
    /// <param name="other">The options to copy.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is <see langword="null"/>.</exception>
    protected RelevanceScoringOptions(RelevanceScoringOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ModelId = other.ModelId;
        Timeout = other.Timeout;
        KeepLocal = other.KeepLocal;
        IsBackground = other.IsBackground;
        TopN = other.TopN;
        AdditionalProperties = other.AdditionalProperties is null ? null : new Dictionary<string, object?>(other.AdditionalProperties);
    }

    /// <summary>Gets or sets the model that shall score, for providers that serve several.</summary>
    /// <value>The provider's name for the model. The default is <see langword="null"/>: the model that the scorer was set up with.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets or sets how long an answer is of use, from now on.</summary>
    /// <value>More than zero. The default is <see langword="null"/>: no limit, but for the token.</value>
    /// <remarks>
    /// The token ends a call that is late; this tells in advance, so that a chain can share the time and nobody waits for a retry that would come too late.
    /// </remarks>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets a value indicating whether the query and the documents must not leave this machine.</summary>
    /// <value>
    /// The default is <see langword="false"/>. A scorer whose <see cref="RelevanceScorerMetadata.IsLocal"/> is <see langword="false"/> refuses a call
    /// that sets it.
    /// </value>
    public bool KeepLocal { get; set; }

    /// <summary>Gets or sets a value indicating whether nobody waits for the answer, as for that of a shadow.</summary>
    /// <value>
    /// The default is <see langword="false"/>. A scorer with a limit fails a call that sets it, rather than let it take what the others may need; a
    /// local model serves the others first.
    /// </value>
    public bool IsBackground { get; set; }

    /// <summary>Gets or sets how many of the best documents the caller wants.</summary>
    /// <value>
    /// From 1. The default is <see langword="null"/>: the scores of all. A scorer that can tell early which documents are not among them may answer
    /// those with an estimate (<see cref="RelevanceScore.IsEstimate"/>); the others score all documents.
    /// </value>
    public int? TopN { get; set; }

    /// <summary>Gets or sets what a provider understands beyond the members of this type.</summary>
    /// <value>The properties by name. The default is <see langword="null"/>. A scorer ignores what it does not know.</value>
    public IDictionary<string, object?>? AdditionalProperties { get; set; }

    /// <summary>Copies the options, so that the copy can be changed without touching the original.</summary>
    /// <returns>The copy. The values of <see cref="AdditionalProperties"/> are shared.</returns>
    public virtual RelevanceScoringOptions Clone() => new(this);
}

namespace Reranking;

/// <summary>The options of one call to <see cref="IRelevanceScorer.ScoreAsync"/>.</summary>
/// <remarks>A scorer does not change the options it receives; a decorator that needs different options clones them first.</remarks>
public class RelevanceScoringOptions
{
    private int? _topN;

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

    /// <summary>Gets or sets the model to use, for providers that serve several.</summary>
    /// <value>The provider's name for the model. The default is <see langword="null"/>: the model that the scorer was configured with.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets or sets how much time the call has from now on.</summary>
    /// <value>More than zero. The default is <see langword="null"/>: no limit other than the cancellation token.</value>
    /// <remarks>
    /// The token ends a call that is too slow; this property announces the deadline in advance, so that a chain can divide the time and nobody waits for a
    /// retry that would come too late.
    /// </remarks>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets a value indicating whether the query and the documents must not leave this machine.</summary>
    /// <value>
    /// The default is <see langword="false"/>. A scorer whose <see cref="RelevanceScorerMetadata.IsLocal"/> is <see langword="false"/> refuses a call with this
    /// option.
    /// </value>
    public bool KeepLocal { get; set; }

    /// <summary>Gets or sets a value indicating whether this is a background call that nobody waits for, such as that of a shadow.</summary>
    /// <value>
    /// The default is <see langword="false"/>. A rate-limited scorer fails such a call rather than let it use up what foreground calls may need; a local model
    /// serves foreground calls first.
    /// </value>
    public bool IsBackground { get; set; }

    /// <summary>Gets or sets how many of the best documents the caller wants.</summary>
    /// <value>
    /// From 1. The default is <see langword="null"/>: the scores of all documents. A scorer that can tell early which documents are not among the best may
    /// return an estimate for those (<see cref="RelevanceScore.IsEstimate"/>); other scorers score all documents.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? TopN
    {
        get => _topN;
        set => _topN = value is not < 1 ? value : throw new ArgumentOutOfRangeException(
            nameof(value), value, $"{nameof(TopN)} is {value}; expected 1 or more, or null for the scores of all documents.");
    }

    /// <summary>Gets or sets provider-specific options beyond the members of this type.</summary>
    /// <value>The properties by name. The default is <see langword="null"/>. A scorer ignores properties that it does not know.</value>
    public IDictionary<string, object?>? AdditionalProperties { get; set; }

    /// <summary>Copies the options, so that the copy can be changed without affecting the original.</summary>
    /// <returns>The copy. The values of <see cref="AdditionalProperties"/> are shared.</returns>
    public virtual RelevanceScoringOptions Clone() => new(this);
}

namespace Reranking;

/// <summary>How <see cref="Reranker"/> ranks; bound from the section <c>Reranking</c>.</summary>
public sealed class RerankingOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Reranking";

    /// <summary>Gets or sets how many candidates the ranking holds at most.</summary>
    /// <value>From 1. The default is 5.</value>
    public int TopN { get; set; } = 5;

    /// <summary>Gets or sets how many candidates are scored at most, from the first of the first-stage order on.</summary>
    /// <value>
    /// From 1. The default is 50. These are positions: a blank text among them takes one up without being scored. Fetch at least as many: a passage
    /// that retrieval did not fetch can't be found again.
    /// </value>
    public int CandidateCount { get; set; } = 50;

    /// <summary>Gets or sets what becomes of the candidates beyond <see cref="CandidateCount"/>.</summary>
    /// <value>The default is <see cref="UnscoredCandidates.Append"/>.</value>
    public UnscoredCandidates UnscoredCandidates { get; set; }

    /// <summary>Gets or sets the lowest <see cref="RelevanceScore.Value"/> that a candidate of the ranking may have.</summary>
    /// <value>
    /// From 0 to 1. The default is <see langword="null"/>: no threshold. With one, candidates that were not scored are left out too, unless the whole call
    /// was skipped or fell back: then there are no scores to hold against it.
    /// </value>
    /// <remarks>
    /// Scores of different models are not comparable: choose the threshold for the model in use. With named scorers each has a <c>MinScore</c> of its
    /// own, which holds where this one is not set.
    /// </remarks>
    public double? MinScore { get; set; }

    /// <summary>Gets or sets how long the scorer may take.</summary>
    /// <value>More than zero and at most 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. The default is 10 seconds.</value>
    /// <remarks>A scorer that ignores its token is left behind; one that blocks the calling thread can't be.</remarks>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets what happens when the scorer fails or takes too long.</summary>
    /// <value>The default is <see cref="RerankingFailureMode.Fallback"/>.</value>
    public RerankingFailureMode OnFailure { get; set; }

    /// <summary>Gets or sets a value indicating whether the query and all texts must stay on this machine.</summary>
    /// <value>
    /// The default is <see langword="false"/>: the rules of the reranker decide, if it has any. With <see langword="true"/> a local scorer answers, and
    /// <see cref="RerankingResult{T}.KeptLocal"/> says so; if there is none, the call fails without a byte having left.
    /// </value>
    /// <remarks>
    /// It only adds to what the reranker is set up with: options of a call that do not set it open nothing. For rules about single candidates see
    /// <see cref="RerankingBuilder.KeepLocal{T}"/> and the section <c>KeepLocal</c>.
    /// </remarks>
    public bool KeepLocal { get; set; }

    /// <summary>Gets or sets a value indicating whether the texts of query and documents are put on spans.</summary>
    /// <value>The default is <see langword="false"/>: only counts, names and durations are. Texts that have to stay on this machine never are.</value>
    public bool EnableSensitiveData { get; set; }

    /// <summary>Gets a value indicating whether the ranking is to be exact beyond its first page, so that the scorer finishes with all documents.</summary>
    internal bool ScoresAll { get; set; }

    /// <summary>Gets how many of the best documents the scorer is asked for, or <see langword="null"/> for the scores of all.</summary>
    internal int? WantedCount => ScoresAll ? null : TopN;

    /// <summary>Copies the options, so that one call can differ.</summary>
    /// <returns>The copy.</returns>
    public RerankingOptions Clone() => (RerankingOptions)MemberwiseClone();
}

namespace Reranking;

/// <summary>Options for <see cref="Reranker"/>, bound from the section <c>Reranking</c>.</summary>
public sealed class RerankingOptions
{
    /// <summary>The configuration section that these options are bound from.</summary>
    public const string SectionName = "Reranking";

    /// <summary>Gets or sets the maximum number of candidates in the ranking.</summary>
    /// <value>From 1. The default is 5.</value>
    public int TopN { get; set; } = 5;

    /// <summary>Gets or sets how many candidates are scored at most, starting with the first in first-stage order.</summary>
    /// <value>
    /// From 1. The default is 50. This counts positions: a blank text takes up a position without being scored. Retrieve at least as many, because a passage
    /// that was not retrieved can't be found by reranking.
    /// </value>
    public int CandidateCount { get; set; } = 50;

    /// <summary>Gets or sets what happens to the candidates beyond <see cref="CandidateCount"/>.</summary>
    /// <value>The default is <see cref="UnscoredCandidates.Append"/>.</value>
    public UnscoredCandidates UnscoredCandidates { get; set; }

    /// <summary>Gets or sets the minimum <see cref="RelevanceScore.Value"/> of a candidate in the ranking.</summary>
    /// <value>
    /// From 0 to 1. The default is <see langword="null"/>: no threshold. With a threshold, candidates that were not scored are left out too, unless the whole
    /// call was skipped or fell back, since then there are no scores to compare.
    /// </value>
    /// <remarks>
    /// Scores of different models are not comparable: choose the threshold for the model in use. Named scorers each have their own <c>MinScore</c>, which
    /// applies if this one is not set.
    /// </remarks>
    public double? MinScore { get; set; }

    /// <summary>Gets or sets the time limit of the scorer.</summary>
    /// <value>More than zero and at most 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. The default is 10 seconds.</value>
    /// <remarks>A scorer that ignores its token is abandoned; one that blocks the calling thread can't be.</remarks>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets what happens when the scorer fails or takes too long.</summary>
    /// <value>The default is <see cref="RerankingFailureMode.Fallback"/>.</value>
    public RerankingFailureMode OnFailure { get; set; }

    /// <summary>Gets or sets a value indicating whether the query and all document text must stay on this machine.</summary>
    /// <value>
    /// The default is <see langword="false"/>: the rules of the reranker decide, if it has any. With <see langword="true"/>, a local scorer answers, and
    /// <see cref="RerankingResult{T}.KeptLocal"/> is set; if there is none, the call fails before any text has left this machine.
    /// </value>
    /// <remarks>
    /// It only makes the configuration of the reranker stricter: leaving it unset in the options of a call does not lift any rule. For rules about single
    /// candidates, see <see cref="RerankingBuilder.KeepLocal{T}"/> and the section <c>KeepLocal</c>.
    /// </remarks>
    public bool KeepLocal { get; set; }

    /// <summary>Gets or sets a value indicating whether spans include the text of query and documents.</summary>
    /// <value>
    /// The default is <see langword="false"/>: spans contain only counts, names and durations. Text that must stay on this machine is never included.
    /// </value>
    public bool EnableSensitiveData { get; set; }

    /// <summary>Gets a value indicating whether the ranking is to be exact beyond its first page, so that the scorer finishes with all documents.</summary>
    internal bool ScoresAll { get; set; }

    /// <summary>Gets how many of the best documents the scorer is asked for, or <see langword="null"/> for the scores of all.</summary>
    internal int? WantedCount => ScoresAll ? null : TopN;

    /// <summary>Copies the options, for a call that needs different ones.</summary>
    /// <returns>The copy.</returns>
    public RerankingOptions Clone() => (RerankingOptions)MemberwiseClone();
}

using Reranking.Scoring;

namespace Reranking;

/// <summary>A decorator that changes the options of each call, for example to name a model.</summary>
/// <remarks>It works on a copy; the options of the caller do not change.</remarks>
public sealed class ConfigureOptionsRelevanceScorer : DelegatingRelevanceScorer, IKeepLocalSource
{
    private readonly Action<RelevanceScoringOptions> _configure;

    /// <summary>Initializes a new instance of the <see cref="ConfigureOptionsRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer to pass calls to.</param>
    /// <param name="configure">
    /// Changes the copy of the options, or new options if the caller passes none. It runs at least once per call, possibly concurrently.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public ConfigureOptionsRelevanceScorer(IRelevanceScorer innerScorer, Action<RelevanceScoringOptions> configure)
        : base(innerScorer)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure = configure;
    }

    /// <inheritdoc/>
    public override Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default) =>
        base.ScoreAsync(query, documents, Configure(options), cancellationToken);

    bool IKeepLocalSource.KeepsLocal(RelevanceScoringOptions? options) => InnerScorer.KeepsLocal(Configure(options));

    private RelevanceScoringOptions Configure(RelevanceScoringOptions? options)
    {
        RelevanceScoringOptions configured = options?.Clone() ?? new RelevanceScoringOptions();
        _configure(configured);
        return configured;
    }
}

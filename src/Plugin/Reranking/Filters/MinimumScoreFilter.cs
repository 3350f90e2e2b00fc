namespace Reranking;

/// <summary>Leaves out the candidates below a score, and those that were not scored.</summary>
/// <remarks>In the ranking of a cascade the threshold is one for the last stage: candidates that were scored by earlier stages alone are left out too.</remarks>
public sealed class MinimumScoreFilter : IRankingFilter
{
    private readonly double _minimumScore;

    /// <summary>Initializes a new instance of the <see cref="MinimumScoreFilter"/> class.</summary>
    /// <param name="minimumScore">The lowest <see cref="RelevanceScore.Value"/> that stays, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minimumScore"/> is below 0, above 1 or not a number.</exception>
    public MinimumScoreFilter(double minimumScore)
    {
        if (minimumScore is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(minimumScore), minimumScore, "A minimum score goes from 0 to 1.");
        }

        _minimumScore = minimumScore;
    }

    /// <inheritdoc/>
    public IReadOnlyList<RankedCandidate<T>> Apply<T>(IReadOnlyList<RankedCandidate<T>> ranked)
    {
        ArgumentNullException.ThrowIfNull(ranked);
        int lastStage = ranked.Max(static candidate => candidate.Relevance?.Stage) ?? 0;
        return [.. ranked.Where(candidate => candidate.Relevance is { } score && score.Stage == lastStage && score.Value >= _minimumScore)];
    }
}

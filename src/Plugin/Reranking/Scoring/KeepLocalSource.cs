namespace Reranking.Scoring;

/// <summary>A scorer whose calls may have to stay on this machine although their options do not say so.</summary>
internal interface IKeepLocalSource
{
    /// <summary>Returns whether the texts of a call with these options stay on this machine.</summary>
    bool KeepsLocal(RelevanceScoringOptions? options);
}

/// <summary>Asks a scorer before a call, for those who see the texts beside it.</summary>
internal static class KeepLocalSource
{
    /// <summary>Returns whether the texts of a call stay on this machine: because of its options, or of what a decorator further in makes of them.</summary>
    public static bool KeepsLocal(this IRelevanceScorer scorer, RelevanceScoringOptions? options) =>
        options is { KeepLocal: true } || scorer.GetService<IKeepLocalSource>()?.KeepsLocal(options) == true;
}

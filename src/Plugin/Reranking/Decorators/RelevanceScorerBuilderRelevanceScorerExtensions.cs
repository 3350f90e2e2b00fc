namespace Reranking;

/// <summary>Creates a <see cref="RelevanceScorerBuilder"/> from a scorer.</summary>
public static class RelevanceScorerBuilderRelevanceScorerExtensions
{
    /// <summary>Creates a builder with this scorer as the innermost one.</summary>
    /// <param name="innerScorer">The scorer to decorate.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder AsBuilder(this IRelevanceScorer innerScorer) => new(innerScorer);
}

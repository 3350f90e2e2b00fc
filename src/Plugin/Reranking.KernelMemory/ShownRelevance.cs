namespace Reranking;

/// <summary>The relevance that is handed out and printed into prompts: from 0 to 1, and never higher for what was not scored than for what was.</summary>
internal static class ShownRelevance
{
    /// <summary>Gives the relevance of each candidate of the ranking.</summary>
    public static double[] Of<T>(RerankingResult<T> result, Func<T, double> firstStage)
    {
        double lowest = result.Ranking.Min(static ranked => ranked.Relevance?.Value) ?? 1;
        return [.. result.Ranking.Select(ranked => ranked.Relevance?.Value ?? Math.Min(Share(firstStage(ranked.Candidate)), lowest))];
    }

    // Not every store gives a share: some count words, some fuse ranks, and a cosine may be negative.
    private static double Share(double relevance) => double.IsNaN(relevance) ? 0 : Math.Clamp(relevance, 0, 1);
}

using System.Globalization;
using CsCheck;

namespace Reranking.Tests;

/// <summary>Laws over any scores, blanks, counts and thresholds. A candidate is a score in tenths, or below 0 for a blank text.</summary>
public class RerankerLawTests
{
    private static readonly Gen<int[]> GenCandidates = Gen.Int[-2, 6].Array[0, 30];

    private static readonly Gen<RerankingOptions> GenOptions =
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], Gen.Bool, Gen.Int[0, 10], (topN, count, drops, minimum) => new RerankingOptions
        {
            TopN = topN,
            CandidateCount = count,
            UnscoredCandidates = drops ? UnscoredCandidates.Drop : UnscoredCandidates.Append,
            MinScore = minimum < 7 ? minimum / 10.0 : null,
        });

    private static readonly Gen<string> GenQuery = Gen.Frequency((9, Gen.Const("query")), (1, Gen.Const(" ")));

    [Fact]
    public Task RerankAsync_AnyScores_IsAStablePermutation() =>
        GenCandidates.SampleAsync(async candidates =>
        {
            RerankingResult<int> result = await RerankAsync("query", candidates, new() { TopN = 100 });

            Assert.Equal(Enumerable.Range(0, candidates.Length), result.Ranking.Select(ranked => ranked.Index).Order());
            if (result.Outcome == RerankingOutcome.Reranked)
            {
                Assert.Equal(result.Ranking.OrderByDescending(ranked => ranked.Relevance?.RawValue ?? -1).ThenBy(ranked => ranked.Index), result.Ranking);
            }
        });

    [Fact]
    public Task RerankAsync_AnyTopN_IsAPrefixOfTheFullRanking() =>
        Gen.Select(GenCandidates, Gen.Int[1, 30]).SampleAsync(async (candidates, topN) =>
        {
            RerankingResult<int> full = await RerankAsync("query", candidates, new() { TopN = 100 });
            RerankingResult<int> top = await RerankAsync("query", candidates, new() { TopN = topN });

            Assert.Equal(full.Ranking.Take(topN), top.Ranking);
        });

    [Fact]
    public Task RerankAsync_AnyMinScore_IsASubsequence() =>
        Gen.Select(GenCandidates, Gen.Double[0, 1]).SampleAsync(async (candidates, minScore) =>
        {
            RerankingResult<int> full = await RerankAsync("query", candidates, new() { TopN = 100 });
            RerankingResult<int> cut = await RerankAsync("query", candidates, new() { TopN = 100, MinScore = minScore });

            if (full.Outcome == RerankingOutcome.Reranked)
            {
                Assert.Equal(full.Ranking.Where(ranked => ranked.Relevance?.Value >= minScore), cut.Ranking);
            }
        });

    [Fact]
    public Task RerankAsync_AnyStream_IsRankedAsTheList() =>
        Gen.Select(GenQuery, GenCandidates, GenOptions).SampleAsync(async (query, candidates, options) =>
        {
            RerankingResult<int> list = await RerankAsync(query, candidates, options);
            using FunctionScorer scorer = FunctionScorer.OfNumbers();
            RerankingResult<int> stream = await new Reranker(scorer).RerankAsync(query, candidates.ToAsyncEnumerable(), Text, options);

            Assert.Equal(list.Ranking, stream.Ranking);
            Assert.Equal((list.Outcome, list.Reason, list.ScoredCount), (stream.Outcome, stream.Reason, stream.ScoredCount));
        });

    [Fact]
    public Task RerankAsync_AnyOptions_RanksAsTheModelSays() =>
        Gen.Select(GenQuery, GenCandidates, GenOptions).SampleAsync(async (query, candidates, options) =>
        {
            RerankingResult<int> result = await RerankAsync(query, candidates, options);

            Assert.Equal(Model(query, candidates, options), result.Ranking.Select(ranked => ranked.Index));
        });

    [Fact]
    public Task RerankAsync_AnyOptionsAndAFailure_IsTheFirstStageOrder() =>
        Gen.Select(GenCandidates, GenOptions).SampleAsync(async (candidates, options) =>
        {
            using var scorer = new FunctionScorer((_, _, _) => throw new InvalidOperationException("It fails."));
            RerankingResult<int> result = await new Reranker(scorer).RerankAsync("query", candidates, Text, options);

            Assert.Equal(Enumerable.Range(0, Math.Min(options.TopN, Pool(candidates, options).Length)), result.Ranking.Select(ranked => ranked.Index));
            Assert.All(result.Ranking, ranked => Assert.Null(ranked.Relevance));
        });

    private static async Task<RerankingResult<int>> RerankAsync(string query, int[] candidates, RerankingOptions options)
    {
        using FunctionScorer scorer = FunctionScorer.OfNumbers();
        return await new Reranker(scorer).RerankAsync(query, candidates, Text, options);
    }

    private static string? Text(int candidate) => candidate < 0 ? null : (candidate / 10.0).ToString(CultureInfo.InvariantCulture);

    /// <summary>The rules in the plainest words: all candidates in, sort, filter, cut.</summary>
    private static IEnumerable<int> Model(string query, int[] candidates, RerankingOptions options)
    {
        int[] pool = Pool(candidates, options);
        int[] scored = [.. pool.Take(options.CandidateCount).Where(i => candidates[i] >= 0)];
        bool isSkipped = string.IsNullOrWhiteSpace(query) || scored.Length == 0;
        IEnumerable<int> ranking = isSkipped
            ? pool
            : scored.OrderByDescending(i => candidates[i]).ThenBy(i => i)
                .Concat(pool.Except(scored).Where(i => candidates[i] >= 0))
                .Concat(pool.Where(i => candidates[i] < 0))
                .Where(i => options.MinScore is not { } minimum || (scored.Contains(i) && candidates[i] / 10.0 >= minimum));
        return ranking.Take(options.TopN);
    }

    /// <summary>The candidates that can be part of the ranking.</summary>
    private static int[] Pool(int[] candidates, RerankingOptions options) =>
        [.. Enumerable.Range(
            0, options.UnscoredCandidates == UnscoredCandidates.Append ? candidates.Length : Math.Min(candidates.Length, options.CandidateCount))];
}

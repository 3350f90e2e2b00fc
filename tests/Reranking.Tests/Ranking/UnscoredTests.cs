using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

/// <summary>A document that a scorer could not score is left unscored, with one warning, while the others are ranked.</summary>
public sealed class UnscoredTests
{
    private static readonly string[] Documents = ["0.1", "NaN", "0.9", "NaN", "0.5", ""];

    private readonly FakeLogger<Reranker> _logger = new();

    [Fact]
    public async Task RerankAsync_SomeUnscored_FollowTheOthersInFirstStageOrderAndAreWarnedOfOnce()
    {
        var reranker = new Reranker(FunctionScorer.OfNumbers(), new RerankingOptions { TopN = 9, CandidateCount = 6 }, _logger);

        RerankingResult<string> result = await reranker.RerankAsync("query", [.. Documents, "beyond"]);

        Assert.Equal([2, 4, 0, 1, 3, 6, 5], result.Ranking.Select(static ranked => ranked.Index));
        Assert.Equal([true, true, true, false, false, false, false], result.Ranking.Select(static ranked => ranked.Relevance is not null));
        Assert.Equal((RerankingOutcome.Reranked, 3), (result.Outcome, result.ScoredCount));
        Assert.Equal(
            ["2 of 5 documents could not be scored; they follow the others in first-stage order."],
            _logger.Collector.GetSnapshot().Where(static record => record.Level >= LogLevel.Warning).Select(static record => record.Message));
    }

    [Fact]
    public async Task RerankAsync_SomeUnscoredAndAThreshold_AreLeftOut()
    {
        RerankingResult<string> result = await new Reranker(FunctionScorer.OfNumbers()).RerankAsync("query", Documents,
            new RerankingOptions { MinScore = 0.4 });

        Assert.Equal([2, 4], result.Ranking.Select(static ranked => ranked.Index));
    }

    [Fact]
    public Task RerankAsync_AnyOfThemUnscored_LosesNoneAndNeverRanksOneBeforeAScore() =>
        Gen.Select(Gen.Int[-1, 9].Array[1, 30], Gen.Int[1, 40]).SampleAsync(async (scores, topN) =>
        {
            string[] documents = [.. scores.Select(static score => score < 0 ? "NaN" : $"0.{score}")];
            RerankingResult<string> result = await new Reranker(FunctionScorer.OfNumbers()).RerankAsync("query", documents,
                new RerankingOptions { TopN = topN });

            int[] expected = scores.All(static score => score < 0) || scores.Length == 1
                ? [.. Enumerable.Range(0, scores.Length)]
                : [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
            Assert.Equal(expected.Take(topN), result.Ranking.Select(static ranked => ranked.Index));
            Assert.All(result.Ranking, static ranked => Assert.False(ranked.Relevance is { IsScored: false }));
        });

    [Fact]
    public async Task ScoreAsync_CascadeWithAStageThatCannotScoreOne_KeepsTheScoreOfTheStageBefore()
    {
        var second = new FunctionScorer((_, documents, _) => Task.FromResult(new RelevanceScores(
            [.. documents.Select(static document => document == "0.9" ? RelevanceScore.Unscored : new RelevanceScore(0.3, 0.3))])));
        using var cascade = new CascadeRelevanceScorer([new CascadeStage("first", FunctionScorer.OfNumbers(), keep: 2), new CascadeStage("second", second)]);

        RelevanceScores scores = await cascade.ScoreAsync("query", ["0.1", "0.9", "0.5"]);

        Assert.Equal([(0.1, 0), (0.9, 0), (0.3, 1)], scores.Select(static score => (score.RawValue, score.Stage)));
    }

    [Fact]
    public async Task ScoreAsync_ChainWhoseFirstCannotScoreOne_AsksNoOther()
    {
        var second = new ScriptedScorer();
        using var chain = new ChainRelevanceScorer([FunctionScorer.OfNumbers(), second]);

        RelevanceScores scores = await chain.ScoreAsync("query", ["0.1", "NaN"]);

        Assert.Equal([true, false], scores.Select(static score => score.IsScored));
        Assert.Empty(scores.FailedAttempts);
        Assert.Equal(0, second.Calls);
    }
}

namespace Reranking.Tests;

public sealed class RerankingPageTests
{
    private static readonly string[] Numbers = ["0.1", "", "0.4", "0.3", "0.2", " ", "0.5"];

    private readonly FunctionScorer _scorer = FunctionScorer.OfNumbers();

    [Theory]
    [InlineData("q", 5, 0, 2, 5)]
    [InlineData("q", 5, 3, 3, 6)]
    [InlineData("q", 2, 4, int.MaxValue, int.MaxValue)]
    [InlineData(" ", 5, 0, 2, 2)]
    [InlineData("", 5, 1, 2, 3)]
    public void FetchCount_AnyPage_IsTheLargerOfCandidateCountAndItsEnd(string query, int candidateCount, int skip, int top, int expected) =>
        Assert.Equal(expected, new Reranker(_scorer).GetPage(query, skip, top, new RerankingOptions { CandidateCount = candidateCount }).FetchCount);

    [Fact]
    public void GetPage_InvalidArguments_Throws()
    {
        var reranker = new Reranker(_scorer);

        Assert.Throws<ArgumentNullException>("query", () => reranker.GetPage(null!, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("skip", () => reranker.GetPage("q", -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("top", () => reranker.GetPage("q", 0, 0));
    }

    [Fact]
    public async Task RerankAsync_NullArguments_Throws()
    {
        RerankingPage page = new Reranker(_scorer).GetPage("q", 0, 1);

        await Assert.ThrowsAsync<ArgumentNullException>("candidates", () => page.RerankAsync((IAsyncEnumerable<string>)null!, static text => text));
        await Assert.ThrowsAsync<ArgumentNullException>("textSelector", () => page.RerankAsync(Numbers.ToAsyncEnumerable(), null!));
    }

    [Fact]
    public async Task RerankAsync_Page_IsCutFromTheRanking()
    {
        RerankingResult<string> result = await RerankAsync(new Reranker(_scorer).GetPage("q", skip: 1, top: 2));

        Assert.Equal(["0.4", "0.3"], result.Ranking.Select(static ranked => ranked.Candidate));
        Assert.Equal([2, 3], result.Ranking.Select(static ranked => ranked.Index));
        Assert.Equal((RerankingOutcome.Reranked, 5), (result.Outcome, result.ScoredCount));
    }

    /// <summary>Blank texts rank last of all; between pages they keep their first-stage order among what was not scored.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task RerankAsync_AllPages_JoinUp(int size)
    {
        var options = new RerankingOptions { CandidateCount = 4 };
        List<string> joined = [];
        for (int skip = 0; skip < Numbers.Length; skip += size)
        {
            joined.AddRange((await RerankAsync(new Reranker(_scorer).GetPage("q", skip, size, options))).Ranking.Select(static ranked => ranked.Candidate));
        }

        Assert.Equal(["0.4", "0.3", "0.1", "", "0.2", " ", "0.5"], joined);
    }

    [Fact]
    public async Task RerankAsync_BlankQuery_IsThePageOfTheFirstStage()
    {
        RerankingResult<string> result = await RerankAsync(new Reranker(_scorer).GetPage(" ", skip: 1, top: 2));

        Assert.Equal(["", "0.4"], result.Ranking.Select(static ranked => ranked.Candidate));
        Assert.Equal((RerankingOutcome.Skipped, RerankingReason.BlankQuery), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task RerankAsync_OptionsChangedAfterwards_KeepsTheOldOnes()
    {
        var options = new RerankingOptions { MinScore = 0.35, TopN = 1 };
        RerankingPage page = new Reranker(_scorer).GetPage("q", skip: 0, top: 5, options);
        options.MinScore = null;

        Assert.Equal(["0.5", "0.4"], (await RerankAsync(page)).Ranking.Select(static ranked => ranked.Candidate));
        Assert.Equal(1, options.TopN);
    }

    private static Task<RerankingResult<string>> RerankAsync(RerankingPage page) =>
        page.RerankAsync(Numbers.ToAsyncEnumerable().Take(page.FetchCount), static text => text);
}

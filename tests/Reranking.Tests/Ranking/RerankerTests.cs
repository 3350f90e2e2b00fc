namespace Reranking.Tests;

public class RerankerTests
{
    private readonly FunctionScorer _scorer = FunctionScorer.OfNumbers();

    [Fact]
    public void Constructor_NullScorer_Throws() => Assert.Equal("scorer", Assert.Throws<ArgumentNullException>(() => new Reranker(null!)).ParamName);

    [Fact]
    public void Constructor_InvalidOptions_ThrowsNamingTheKey()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new Reranker(_scorer, new RerankingOptions { TopN = 0 }));

        Assert.Equal("Reranking:TopN is 0; expected 1 or more. (Parameter 'options')", exception.Message);
    }

    [Fact]
    public async Task RerankAsync_NullArguments_ThrowsWithTheirNames()
    {
        var reranker = new Reranker(_scorer);
        IReadOnlyList<int> list = [1, 2];
        IAsyncEnumerable<int> stream = AsyncEnumerable.Range(1, 2);

        Assert.Equal("query", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync(null!, list, i => "a"))).ParamName);
        Assert.Equal(
            "candidates", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync("q", (IReadOnlyList<int>)null!, i => "a"))).ParamName);
        Assert.Equal("textSelector", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync("q", list, null!))).ParamName);
        Assert.Equal("query", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync(null!, stream, i => "a"))).ParamName);
        Assert.Equal(
            "candidates", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync("q", (IAsyncEnumerable<int>)null!, i => "a"))).ParamName);
        Assert.Equal("textSelector", (await Assert.ThrowsAsync<ArgumentNullException>(() => reranker.RerankAsync("q", stream, null!))).ParamName);
    }

    [Fact]
    public async Task RerankAsync_InvalidOptionsOfTheCall_ThrowsNamingTheKey()
    {
        var reranker = new Reranker(_scorer);
        var options = new RerankingOptions { MinScore = 2 };

        ArgumentException ofList = await Assert.ThrowsAsync<ArgumentException>(() => reranker.RerankAsync("q", ["0.1", "0.2"], options));
        ArgumentException ofStream = await Assert.ThrowsAsync<ArgumentException>(
            () => reranker.RerankAsync("q", AsyncEnumerable.Range(1, 2), i => "0", options));

        Assert.Equal("Reranking:MinScore is 2; expected a number from 0 to 1, or none. (Parameter 'options')", ofList.Message);
        Assert.Equal(ofList.Message, ofStream.Message);
        Assert.Equal(0, _scorer.Calls);
    }

    [Fact]
    public async Task RerankAsync_Candidates_RanksByRawScore()
    {
        // The scores saturate; only the raw scores tell the last two apart.
        var scorer = new FunctionScorer((_, _, _) => Task.FromResult(new RelevanceScores([new(0.5, 0), new(1, 38), new(1, 45)])));
        var reranker = new Reranker(scorer);

        RerankingResult<string> result = await reranker.RerankAsync("query", ["a", "b", "c"]);

        Assert.Equal([new("c", 2, new RelevanceScore(1, 45)), new("b", 1, new RelevanceScore(1, 38)), new("a", 0, new RelevanceScore(0.5, 0))], result.Ranking);
        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
        Assert.Equal(RerankingReason.None, result.Reason);
    }

    [Fact]
    public async Task RerankAsync_EqualScores_KeepTheFirstStageOrder()
    {
        RerankingResult<string> result = await new Reranker(_scorer).RerankAsync("query", ["0.2", "0.9", "0.2", "0.9", "0.2"]);

        Assert.Equal([1, 3, 0, 2, 4], result.Ranking.Select(ranked => ranked.Index));
    }

    [Fact]
    public async Task RerankAsync_AnyType_ScoresTheSelectedText()
    {
        var candidates = new[] { (Id: "x", Text: "0.1"), (Id: "y", Text: "0.8") };

        RerankingResult<(string Id, string Text)> result = await new Reranker(_scorer).RerankAsync("query", candidates, candidate => candidate.Text);

        Assert.Equal(["y", "x"], result.Ranking.Select(ranked => ranked.Candidate.Id));
        Assert.Equal(["0.1", "0.8"], Assert.Single(_scorer.Seen));
    }

    [Theory]
    [InlineData(1, new[] { 2 })]
    [InlineData(2, new[] { 2, 0 })]
    [InlineData(3, new[] { 2, 0, 1 })]
    [InlineData(9, new[] { 2, 0, 1 })]
    public async Task RerankAsync_TopN_KeepsTheBest(int topN, int[] expected)
    {
        RerankingResult<string> result = await new Reranker(_scorer, new RerankingOptions { TopN = topN }).RerankAsync("query", ["0.5", "0.1", "0.9"]);

        Assert.Equal(expected, result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal(3, result.ScoredCount);
    }

    [Theory]
    [InlineData(UnscoredCandidates.Append, 5, new[] { 1, 0, 2, 3, 4 })]
    [InlineData(UnscoredCandidates.Append, 3, new[] { 1, 0, 2 })]
    [InlineData(UnscoredCandidates.Drop, 5, new[] { 1, 0 })]
    [InlineData(UnscoredCandidates.Drop, 1, new[] { 1 })]
    public async Task RerankAsync_MoreThanCandidateCount_AppendsOrDropsTheRest(UnscoredCandidates unscored, int topN, int[] expected)
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { TopN = topN, CandidateCount = 2, UnscoredCandidates = unscored });

        RerankingResult<string> result = await reranker.RerankAsync("query", ["0.1", "0.5", "0.3", "0.9", "0.7"]);

        Assert.Equal(expected, result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal(2, result.ScoredCount);
        Assert.Equal(["0.1", "0.5"], Assert.Single(_scorer.Seen));
        Assert.All(result.Ranking, ranked => Assert.Equal(ranked.Index < 2, ranked.Relevance is not null));
    }

    [Fact]
    public async Task RerankAsync_BlankTexts_StayInAndRankLast()
    {
        string?[] texts = [null, "0.1", "", "0.5", " \t\r\n", "0.3"];
        var reranker = new Reranker(_scorer, new RerankingOptions { TopN = 6 });

        RerankingResult<string?> result = await reranker.RerankAsync("query", texts, text => text);

        Assert.Equal([3, 5, 1, 0, 2, 4], result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal([true, true, true, false, false, false], result.Ranking.Select(ranked => ranked.Relevance.HasValue));
        Assert.Equal(["0.1", "0.5", "0.3"], Assert.Single(_scorer.Seen));
    }

    [Fact]
    public async Task RerankAsync_BlankTexts_RankAfterWhatWasNotScored()
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { TopN = 6, CandidateCount = 4 });

        RerankingResult<string> result = await reranker.RerankAsync("query", ["", "0.1", " ", "0.5", "0.9", "0.3"]);

        Assert.Equal([3, 1, 4, 5, 0, 2], result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal(2, result.ScoredCount);
    }

    [Theory]
    [InlineData(0.0, new[] { 1, 2, 0 })]
    [InlineData(0.3, new[] { 1, 2 })]
    [InlineData(0.31, new[] { 1 })]
    [InlineData(1.0, new int[0])]
    public async Task RerankAsync_MinScore_LeavesOutTheWorseAndTheUnscored(double minScore, int[] expected)
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { MinScore = minScore, CandidateCount = 3 });

        RerankingResult<string> result = await reranker.RerankAsync("query", ["0.1", "0.9", "0.3", "0.8", " "]);

        Assert.Equal(expected, result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
        Assert.Equal(3, result.ScoredCount);
    }

    [Fact]
    public async Task RerankAsync_OneCandidateAndMinScore_HoldsItAgainstTheThreshold()
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { MinScore = 0.5 });

        RerankingResult<string> result = await reranker.RerankAsync("query", ["0.4"]);

        Assert.Empty(result.Ranking);
        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
    }

    [Theory]
    [InlineData("query", new string[0], RerankingReason.NoCandidates)]
    [InlineData(" ", new string[0], RerankingReason.NoCandidates)]
    [InlineData("query", new[] { "0.5" }, RerankingReason.SingleCandidate)]
    [InlineData("", new[] { "0.1", "0.5" }, RerankingReason.BlankQuery)]
    [InlineData(" \t", new[] { "0.1", "0.5" }, RerankingReason.BlankQuery)]
    [InlineData(" \t", new[] { "0.1" }, RerankingReason.BlankQuery)]
    [InlineData("query", new[] { "", " ", "\n" }, RerankingReason.BlankDocuments)]
    [InlineData("query", new[] { " " }, RerankingReason.BlankDocuments)]
    public async Task RerankAsync_NothingToScore_SkipsTheScorer(string query, string[] documents, RerankingReason reason)
    {
        RerankingResult<string> result = await new Reranker(_scorer).RerankAsync(query, documents);

        Assert.Equal(RerankingOutcome.Skipped, result.Outcome);
        Assert.Equal(reason, result.Reason);
        Assert.Equal(documents.Select((document, i) => new RankedCandidate<string>(document, i, null)), result.Ranking);
        Assert.Equal(0, _scorer.Calls);
        Assert.Equal(0, result.ScoredCount);
        Assert.Same(FunctionScorer.NumberMetadata, result.ScorerMetadata);
        Assert.Null(result.Failure);
    }

    [Theory]
    [InlineData(UnscoredCandidates.Append, 3)]
    [InlineData(UnscoredCandidates.Drop, 2)]
    public async Task RerankAsync_BlankQuery_KeepsAsManyAsAFullRankingWould(UnscoredCandidates unscored, int kept)
    {
        var reranker = new Reranker(_scorer, new RerankingOptions { TopN = 3, CandidateCount = 2, UnscoredCandidates = unscored });

        RerankingResult<int> result = await reranker.RerankAsync(" ", [7, 8, 9, 10], _ => throw new InvalidOperationException("No text is needed."));

        Assert.Equal(Enumerable.Range(0, kept), result.Ranking.Select(ranked => ranked.Index));
    }

    [Fact]
    public async Task RerankAsync_SelectorThrows_IsNoFailureOfTheScorer()
    {
        var exception = new InvalidOperationException("The selector is wrong.");

        Assert.Same(
            exception, await Assert.ThrowsAsync<InvalidOperationException>(() => new Reranker(_scorer).RerankAsync("query", [1, 2], _ => throw exception)));
    }

    [Fact]
    public async Task RerankAsync_Answer_SaysWhatHappened()
    {
        var usage = new RelevanceScoringUsage { InputTokenCount = 70 };
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var scorer = new FunctionScorer(
            (_, _, _) =>
            {
                time.Advance(TimeSpan.FromMilliseconds(30));
                RelevanceScore cut = new(0.1, 0.1) { IsTruncated = true };
                return Task.FromResult(new RelevanceScores([new(0.2, 0.2), cut, cut]) { ModelId = "numbers-1-2026", Usage = usage });
            },
            FunctionScorer.NumberMetadata);
        var reranker = new Reranker(scorer, new RerankingOptions { TopN = 1 }, timeProvider: time);

        RerankingResult<string> result = await reranker.RerankAsync("query", ["a", "b", "c"]);

        Assert.Same(FunctionScorer.NumberMetadata, result.ScorerMetadata);
        Assert.Equal("numbers-1-2026", result.ModelId);
        Assert.Equal(3, result.ScoredCount);
        Assert.Equal(2, result.TruncatedCount);
        Assert.Same(usage, result.Usage);
        Assert.Equal(TimeSpan.FromMilliseconds(30), result.Elapsed);
        Assert.Null(result.Failure);
    }

    [Fact]
    public async Task RerankAsync_AnswerWithoutModel_NamesTheModelOfTheMetadata()
    {
        Assert.Equal("numbers-1", (await new Reranker(_scorer).RerankAsync("query", ["0.1", "0.2"])).ModelId);
        Assert.Null(
            (await new Reranker(new FunctionScorer((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents))))
                .RerankAsync("query", ["0.1", "0.2"])).ModelId);
    }

    [Fact]
    public async Task DefaultOptions_Changed_LeaveTheRerankerAsItWas()
    {
        var given = new RerankingOptions { TopN = 2 };
        var reranker = new Reranker(_scorer, given);
        given.TopN = 1;
        RerankingOptions one = reranker.DefaultOptions;
        one.TopN = 1;

        Assert.Equal(2, (await reranker.RerankAsync("query", ["0.1", "0.2", "0.3"])).Ranking.Count);
        Assert.Single((await reranker.RerankAsync("query", ["0.1", "0.2", "0.3"], one)).Ranking);
    }

    [Fact]
    public async Task RerankAsync_OptionsChangedWhileScoring_KeepsThoseOfTheCall()
    {
        var options = new RerankingOptions { TopN = 2 };
        var scorer = new FunctionScorer((_, documents, _) =>
        {
            options.TopN = 1;
            options.MinScore = 1;
            return Task.FromResult(FunctionScorer.Numbers(documents));
        });

        Assert.Equal(2, (await new Reranker(scorer).RerankAsync("query", ["0.1", "0.2", "0.3"], options)).Ranking.Count);
    }

    [Fact]
    public async Task RerankAsync_NoOptions_KeepsFiveAndScoresFifty()
    {
        string[] documents = [.. Enumerable.Range(0, 60).Select(i => FormattableString.Invariant($"0.{i:00}"))];

        RerankingResult<string> result = await new Reranker(_scorer).RerankAsync("query", documents);

        Assert.Equal([49, 48, 47, 46, 45], result.Ranking.Select(ranked => ranked.Index));
        Assert.Equal(50, result.ScoredCount);
        Assert.Equal(TimeSpan.FromSeconds(10), new RerankingOptions().Timeout);
    }
}

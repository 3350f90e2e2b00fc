namespace Reranking.Http.Tests;

/// <summary>Scores belong to the documents that the response names, or there are none.</summary>
public sealed class ResponseTests
{
    private const string Missing =
        "expected one score per document. If the API returns only the best, set HttpScorerOptions:SendTopN to true";

    [Fact]
    public async Task ScoreAsync_EqualScores_StayAtTheirDocuments()
    {
        await using var server = new StubServer(StubResponse.Ok(
            """{"results":[{"index":3,"relevance_score":0.5},{"index":1,"relevance_score":0.5},{"index":2,"relevance_score":0.5},"""
            + """{"index":0,"relevance_score":0.125}]}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["same", "same", "same", "same"]);

        Assert.Equal([0.125, 0.5, 0.5, 0.5], scores.Select(score => score.RawValue));
    }

    [Theory]
    [InlineData(
        """{"results":[{"index":0,"relevance_score":0.5},{"index":2,"relevance_score":0.5}]}""",
        "returned scores for 2 of 3 documents and none for document 1; " + Missing)]
    [InlineData("""{"\uD800":1,"list":[]}""", "returned no list of results; expected a list 'results' with 3 results")]
    [InlineData("""{"results":[]}""", "returned scores for 0 of 3 documents and none for document 0; " + Missing)]
    [InlineData(
        """{"results":[{"index":1,"relevance_score":0.5},{"index":1,"relevance_score":0.5},{"index":0,"relevance_score":0.5}]}""",
        "returned two scores for document 1; expected one score per document")]
    [InlineData(
        """{"results":[{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.5},{"index":3,"relevance_score":0.5}]}""",
        "returned a result with the index 3; expected 0 to 2")]
    [InlineData("""{"results":[{"index":-1,"relevance_score":0.5}]}""", "returned a result with the index -1; expected 0 to 2")]
    [InlineData("""{"results":[{"index":0.5,"relevance_score":0.5}]}""", "returned a result without an 'index'; expected a whole number")]
    [InlineData("""{"results":[{"index":"0","relevance_score":0.5}]}""", "returned a result without an 'index'; expected a whole number")]
    [InlineData("""{"results":[{"index":99999999999,"relevance_score":0.5}]}""", "returned a result without an 'index'; expected a whole number")]
    [InlineData(
        """{"results":[{"relevance_score":0.5},{"relevance_score":0.5},{"relevance_score":0.5}]}""",
        "returned a result without an 'index'; expected a whole number")]
    [InlineData("""{"results":[0.5,0.5,0.5]}""", "returned a result without an 'index'; expected a whole number")]
    [InlineData("""{"results":[{"index":2,"points":0.5}]}""", "returned no finite number as 'relevance_score' of document 2; expected one score per document")]
    [InlineData(
        """{"results":[{"index":2,"relevance_score":true}]}""",
        "returned no finite number as 'relevance_score' of document 2; expected one score per document")]
    [InlineData(
        """{"results":[{"index":2,"relevance_score":"high"}]}""",
        "returned no finite number as 'relevance_score' of document 2; expected one score per document")]
    [InlineData(
        """{"results":[{"index":2,"relevance_score":1e999}]}""",
        "returned no finite number as 'relevance_score' of document 2; expected one score per document")]
    [InlineData("""{"results":[{"index":2,"relevance_score":Infinity}]}""",
        "returned no finite number as 'relevance_score' of document 2; expected one score per document")]
    [InlineData("""{"list":[{"index":0,"score":0.5}]}""", "returned no list of results; expected a list 'results' with 3 results")]
    [InlineData("""{"results":{}}""", "returned no list of results; expected a list 'results' with 3 results")]
    [InlineData("""[{"index":0,"score":0.5}]""", "returned scores for 1 of 3 documents and none for document 1; " + Missing)]
    [InlineData("null", "returned no list of results; expected a list 'results' with 3 results")]
    public async Task ScoreAsync_ResponseThatDoesNotFit_IsAnErrorAndNotRetried(string response, string fault)
    {
        await using var server = new StubServer(StubResponse.Ok(response));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one", "two"]));

        Assert.Equal($"cohere at {server.Authority} {fault}. Check HttpScorerOptions:Api.", exception.Message);
        Assert.False(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(null, 1.5, "0 to 1 for the kind Probability")]
    [InlineData(null, -0.25, "0 to 1 for the kind Probability")]
    [InlineData(HttpScoreKind.Cosine, -1.25, "-1 to 1 for the kind Cosine")]
    [InlineData(HttpScoreKind.Cosine, 1.25, "-1 to 1 for the kind Cosine")]
    public async Task ScoreAsync_ScoreOutsideItsKind_IsAnErrorThatNamesTheSetting(HttpScoreKind? kind, double score, string expected)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5, score));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.ScoreKind = kind);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one"]));

        Assert.Equal(
            FormattableString.Invariant(
                $"cohere at {server.Authority} returned the score {score} for document 1; expected {expected}. Check HttpScorerOptions:ScoreKind."),
            exception.Message);
    }

    [Theory]
    [InlineData(RerankApi.Cohere, HttpScoreKind.Logit, 0.0, 0.5)]
    [InlineData(RerankApi.Cohere, HttpScoreKind.Logit, 40.0, 1.0)]
    [InlineData(RerankApi.LlamaCpp, null, -800.0, 0.0)]
    [InlineData(RerankApi.LlamaCpp, HttpScoreKind.Probability, 0.25, 0.25)]
    [InlineData(RerankApi.Jina, HttpScoreKind.Cosine, -1.0, 0.0)]
    [InlineData(RerankApi.Jina, HttpScoreKind.Cosine, 0.5, 0.75)]
    [InlineData(RerankApi.Jina, null, 1.0, 1.0)]
    [InlineData(RerankApi.Jina, null, 0.0, 0.0)]
    public async Task ScoreAsync_ScoreKind_SaysWhatScoreIs(RerankApi dialect, HttpScoreKind? kind, double raw, double score)
    {
        await using var server = new StubServer(TestScorers.Scores(raw));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.Api, options.ScoreKind) = (dialect, kind));

        Assert.Equal(new RelevanceScore(score, raw), Assert.Single(await scorer.ScoreAsync("what?", ["zero"])));
    }

    [Theory]
    [InlineData("<html>Please log in</html>", "Content-Type: text/html\r\n", "26 bytes of text/html that are not JSON")]
    [InlineData("", "", "0 bytes of application/json that are not JSON")]
    [InlineData("""{"results":[{"index":0,"relevance_score":nan}]}""", "", "47 bytes of application/json that are not JSON")]
    [InlineData("no", "Content-Type: text/why-did-wilhelmina\r\n", "2 bytes of an unknown media type that are not JSON")]
    [InlineData("""{"results":[{"index":0,"relevance_score":0.5}]""", "", "46 bytes of application/json that are not JSON")]
    public async Task ScoreAsync_NoJson_IsAnErrorThatDoesNotQuoteIt(string response, string headers, string fault)
    {
        await using var server = new StubServer(StubResponse.Of(200, response, headers));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal($"cohere at {server.Authority} returned {fault}. Check HttpScorerOptions:Endpoint.", exception.Message);
        Assert.Null(exception.InnerException);
        Assert.False(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_UsageThatIsNoNumber_IsNoUsage()
    {
        await using var server = new StubServer(StubResponse.Ok(
            """{"results":[{"index":0,"relevance_score":0.5}],"model":7,"meta":{"billed_units":{"search_units":"many"},"tokens":[1],"warnings":{}}}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero"]);

        Assert.Null(scores.Usage);
        Assert.Equal("m-1", scores.ModelId);
    }
}

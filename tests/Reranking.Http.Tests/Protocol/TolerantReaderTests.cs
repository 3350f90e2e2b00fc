using CsCheck;

namespace Reranking.Http.Tests;

/// <summary>APIs answer in the shapes of others, or of older versions of themselves: all of them are read, whatever the dialect.</summary>
public sealed class TolerantReaderTests
{
    private static readonly string[] Shapes =
    [
        """[{"index":1,"SCORE":0.25},{"index":0,"SCORE":0.5}]""",
        """{"results":[{"index":1,"SCORE":0.25},{"index":0,"SCORE":0.5}]}""",
        """{"data":[{"index":1,"SCORE":0.25},{"index":0,"SCORE":0.5}]}""",
        """{"error":null,"detail":null,"data":null,"results":[{"index":1,"SCORE":0.25},{"index":0,"SCORE":0.5}],"message":"ok"}""",
    ];

    public static TheoryData<RerankApi, string> Cells =>
        [.. Enum.GetValues<RerankApi>().SelectMany(static api => Shapes.SelectMany(static shape => new[]
        {
            shape.Replace("SCORE", "score", StringComparison.Ordinal), shape.Replace("SCORE", "relevance_score", StringComparison.Ordinal),
        }).Select(shape => (api, shape)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task ScoreAsync_AnyShape_IsRead(RerankApi api, string body)
    {
        await using var server = new StubServer(StubResponse.Ok(body));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = api);

        Assert.Equal([0.5, 0.25], (await scorer.ScoreAsync("what?", ["zero", "one"])).Select(static score => score.RawValue));
    }

    [Theory]
    [InlineData(400, """{"error":"went wrong"}""", "400 (BadRequest): went wrong")]
    [InlineData(400, """{"error":{"message":"went wrong","code":"BAD_INPUT"}}""", "400 (BadRequest, BAD_INPUT): went wrong")]
    [InlineData(400, """{"detail":"went wrong"}""", "400 (BadRequest): went wrong")]
    [InlineData(400, """{"detail":{"message":"went wrong"}}""", "400 (BadRequest): went wrong")]
    [InlineData(422, """{"detail":[{"loc":["body"],"msg":"went wrong","type":"missing"}]}""", "422 (UnprocessableEntity): went wrong")]
    [InlineData(400, """{"errors":["went","wrong"]}""", "400 (BadRequest): went; wrong")]
    [InlineData(400, "\"went wrong\"", "400 (BadRequest): went wrong")]
    [InlineData(400, """{"title":"Went wrong","status":400}""", "400 (BadRequest): Went wrong")]
    [InlineData(400, """{"error":{"code":400,"message":"went wrong","type":"x1y2"}}""", "400 (BadRequest): went wrong")]
    [InlineData(400, """{"nothing":1}""", "400 (BadRequest)")]
    [InlineData(200, """{"error":"went wrong"}""", "200 (OK) with an error: went wrong")]
    [InlineData(200, """{"error":{"message":"went wrong","type":"overloaded"},"results":[]}""", "200 (OK, overloaded) with an error: went wrong")]
    [InlineData(200, """{"detail":"went wrong"}""", "200 (OK) with an error: went wrong")]
    [InlineData(200, """{"message":"went wrong"}""", "200 (OK) with an error: went wrong")]
    [InlineData(200, """{"error":{"code":429,"message":"went wrong"}}""", "200 (OK) with the error 429: went wrong")]
    [InlineData(200, """{"status":503,"message":"went wrong"}""", "200 (OK) with the error 503: went wrong")]
    public async Task ScoreAsync_ErrorOfAnyShape_IsQuoted(int status, string body, string said)
    {
        foreach (RerankApi api in Enum.GetValues<RerankApi>())
        {
            await using var server = new StubServer(StubResponse.Of(status, body));
            using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = api);

            var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one"]));

            Assert.Contains($" returned {said}.", exception.Message, StringComparison.Ordinal);
            Assert.Equal(body.Contains("429", StringComparison.Ordinal) || body.Contains("503", StringComparison.Ordinal), exception.IsTransient);
            Assert.Single(server.Requests);
        }
    }

    [Theory]
    [InlineData(HttpScoreKind.Probability, 1.0000009, 1.0)]
    [InlineData(HttpScoreKind.Probability, -0.0000009, 0.0)]
    [InlineData(HttpScoreKind.Cosine, 1.0000009, 1.0)]
    [InlineData(HttpScoreKind.Cosine, -1.0000009, -1.0)]
    [InlineData(HttpScoreKind.Probability, 1.000002, null)]
    [InlineData(HttpScoreKind.Probability, -0.000002, null)]
    [InlineData(HttpScoreKind.Cosine, -1.000002, null)]
    public async Task ScoreAsync_RoundingError_IsClampedAndMoreIsRefused(HttpScoreKind kind, double sent, double? read)
    {
        await using var server = new StubServer(TestScorers.Scores(sent, 0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.ScoreKind = kind);

        if (read is null)
        {
            await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one"]));
        }
        else
        {
            Assert.Equal([read.Value, 0.5], (await scorer.ScoreAsync("what?", ["zero", "one"])).Select(static score => score.RawValue));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("NaN")]
    [InlineData("-NaN", true)]
    [InlineData("\"NaN\"")]
    [InlineData("\"nan\"")]
    public async Task ScoreAsync_DocumentWithoutAScore_IsLeftUnscored(string score, bool isRefused = false)
    {
        foreach (RerankApi api in Enum.GetValues<RerankApi>())
        {
            await using var server = new StubServer(StubResponse.Ok(
                $$"""{"note":"NaN \" Infinity","results":[{"index":1,"score":{{score}}},{"index":0,"score":0.5},{"index":2,"score":0.25}]}"""));
            using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = api);
            if (isRefused)
            {
                await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one", "two"]));
                continue;
            }

            RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero", "one", "two"]);

            Assert.Equal([true, false, true], scores.Select(static scored => scored.IsScored));
            RerankingResult<string> result = await new Reranker(scorer).RerankAsync("what?", ["zero", "one", "two"]);
            Assert.Equal([0, 2, 1], result.Ranking.Select(static ranked => ranked.Index));
            Assert.Null(result.Ranking[2].Relevance);
            Assert.Equal(2, result.ScoredCount);
        }
    }

    [Fact]
    public async Task ScoreAsync_NoDocumentWithAScore_Fails()
    {
        await using var server = new StubServer(StubResponse.Ok("""[{"index":0,"score":null},{"index":1,"score":NaN}]"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one"]));

        Assert.Equal(
            $"cohere at {server.Authority} could not score any of 2 documents; expected a number for one of them at least. Check HttpScorerOptions:Model.",
            exception.Message);
    }

    /// <summary>Whatever a server sends, the scores are right or the failure is ours.</summary>
    [Fact]
    public async Task ScoreAsync_AnyBody_IsScoresOrOurFailure()
    {
        string[] parts =
        [
            "{", "}", "[", "]", ",", ":", "\"results\"", "\"data\"", "\"index\"", "\"score\"", "\"relevance_score\"", "0", "1", "0.5", "null", "NaN",
                "Infinity",
            "\"error\"", "\"message\"", "\"\"", "{\"index\":0,\"score\":0.5}", "{\"index\":1,\"score\":null}", "\\", "\u00ff",
        ];
        string body = "";
        await using var server = new StubServer(_ => StubResponse.Ok(Volatile.Read(ref body)));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, static options => options.MaxRetries = 0);
        await Gen.Int[0, parts.Length - 1].Array[0, 12].SampleAsync(
            async picks =>
            {
                Volatile.Write(ref body, string.Concat(picks.Select(pick => parts[pick])));
                Exception? failure = await Record.ExceptionAsync(async () => Assert.Equal(2, (await scorer.ScoreAsync("what?", ["zero", "one"])).Count));
                return failure is null or RelevanceScoringException;
            },
            iter: 2_000,
            threads: 1);
    }
}

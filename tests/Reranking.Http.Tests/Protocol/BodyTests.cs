namespace Reranking.Http.Tests;

/// <summary>What can happen once a response has begun: it is read once, up to a limit, and never asked for again.</summary>
public sealed class BodyTests
{
    [Fact]
    public async Task ScoreAsync_ConnectionCutInTheBody_IsNotSentAgain()
    {
        await using var server = new StubServer(StubResponse.Partial("""{"results":[{"index":0,"relevance_score":0.5}"""), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"The response of cohere at {server.Authority} broke off. The request is not sent again, because it was answered and may have been billed.",
            exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_LongResponseOfUnknownLength_IsReadUpToTheLimit()
    {
        int megabytes = 0;
        await using var server = new StubServer(StubResponse.Endless(20, onSent: sent => megabytes = sent));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero", "one"]));

        // 1 MB, and 1 KB a document
        Assert.Equal(
            $"cohere at {server.Authority} returned more than the 1050624 bytes that scores can take. " +
            "Check HttpScorerOptions:Endpoint and HttpScorerOptions:Api.",
            exception.Message);
        Assert.False(exception.IsTransient);
        Assert.InRange(megabytes, 0, 19);   // the connection was closed long before the end
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_LongResponseOfKnownLength_IsNotRead()
    {
        await using var server = new StubServer(StubResponse.Ok(new string(' ', 20_000_000)));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"cohere at {server.Authority} returned more than the 1049600 bytes that scores can take. " +
            "Check HttpScorerOptions:Endpoint and HttpScorerOptions:Api.",
            exception.Message);
    }

    [Fact]
    public async Task ScoreAsync_ResponseUpToTheLimit_IsRead()
    {
        string scores = """{"results":[{"index":0,"relevance_score":0.5}]}""";
        await using var server = new StubServer(StubResponse.Ok(scores.PadRight(1_049_600)));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        Assert.Equal(0.5, Assert.Single(await scorer.ScoreAsync("what?", ["zero"])).RawValue);
    }

    [Fact]
    public async Task ScoreAsync_ServerThatEchoesTexts_CanReturnAsMuchAsItWasSent()
    {
        string document = new('\u4e2d', 1_000_000);
        string echo = string.Concat(Enumerable.Repeat("\\u4e2d", document.Length));
        await using var server = new StubServer(StubResponse.Ok($$$"""{"results":[{"index":0,"document":{"text":"{{{echo}}}"},"relevance_score":0.5}]}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = RerankApi.Vllm);

        Assert.Equal(0.5, Assert.Single(await scorer.ScoreAsync("what?", [document])).RawValue);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_LongError_IsReportedWithoutItsBody(bool isLengthKnown)
    {
        string error = $$"""{"message":"went wrong","details":"{{new string('x', 20_000_000)}}"}""";
        await using var server = new StubServer(isLengthKnown ? StubResponse.Of(400, error) : StubResponse.Endless(20, status: 400));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal($"cohere at {server.Authority} returned 400 (BadRequest). Check HttpScorerOptions:Model and HttpScorerOptions:Api.", exception.Message);
    }

    [Fact]
    public async Task ScoreAsync_ErrorThatIsNoUtf8_IsReportedByItsStatus()
    {
        await using var server = new StubServer(new StubResponse(async (stream, stop) =>
        {
            await stream.WriteAsync((byte[])[.. "HTTP/1.1 400 Bad\r\nContent-Length: 15\r\n\r\n{\"message\":\""u8, 0xff, .. "\"}"u8], stop);
            return true;
        }));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal($"cohere at {server.Authority} returned 400 (BadRequest). Check HttpScorerOptions:Model and HttpScorerOptions:Api.", exception.Message);
    }

    [Fact]
    public async Task ScoreAsync_ConnectionCutInAnError_IsReportedByItsStatus()
    {
        await using var server = new StubServer(StubResponse.Partial("""{"message":""", status: 401));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal($"cohere at {server.Authority} returned 401 (Unauthorized). Check HttpScorerOptions:ApiKey.", exception.Message);
        Assert.False(exception.IsTransient);
    }
}

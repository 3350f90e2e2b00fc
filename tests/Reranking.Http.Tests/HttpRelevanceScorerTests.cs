namespace Reranking.Http.Tests;

public sealed class HttpRelevanceScorerTests
{
    [Fact]
    public async Task ScoreAsync_GivenClient_IsNeitherChangedNorDisposed()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using var handler = new SignalingHandler();
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://127.0.0.1:9") };
        client.DefaultRequestHeaders.Add("X-Mine", "1");
        var scorer = new HttpRelevanceScorer(TestScorers.Options(server), client);

        await scorer.ScoreAsync("what?", ["zero"]);
        scorer.Dispose();

        Assert.Equal("X-Mine", Assert.Single(client.DefaultRequestHeaders).Key);
        Assert.Equal(TimeSpan.FromSeconds(100), client.Timeout);
        Assert.False(handler.IsDisposed);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(["1", "Bearer k-123"], [request.Headers["X-Mine"], request.Headers["Authorization"]]);
    }

    [Fact]
    public async Task ScoreAsync_OptionsChangedAfterwards_KeepTheirValues()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        HttpScorerOptions options = TestScorers.Options(server);
        using var scorer = new HttpRelevanceScorer(options);
        options.ApiKey = "another";

        await scorer.ScoreAsync("what?", ["zero"]);

        Assert.Equal("Bearer k-123", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task WarmUpAsync_Anytime_SendsNothing()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        HttpRelevanceScorer scorer = TestScorers.Create(server);

        await scorer.GetService<IWarmable>()!.WarmUpAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scorer.WarmUpAsync(new CancellationToken(canceled: true)));
        scorer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scorer.WarmUpAsync());
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task ScoreAsync_NoDocuments_SendsNothing()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        Assert.Empty(await scorer.ScoreAsync("what?", []));

        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task Dispose_OwnClientAndACallUnderWay_EndsIt()
    {
        await using var server = new StubServer(StubResponse.Silence);
        HttpRelevanceScorer scorer = TestScorers.Create(server);
        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await server.NextAsync();

        scorer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scoring);
    }

    [Fact]
    public async Task Dispose_GivenClientAndACallUnderWay_LetsItEnd()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new StubServer(new StubResponse(async (stream, stop) =>
        {
            await gate.Task;
            return await TestScorers.Scores(0.5).Send(stream, stop);
        }));
        using var client = new HttpClient();
        var scorer = new HttpRelevanceScorer(TestScorers.Options(server), client);
        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await server.NextAsync();

        scorer.Dispose();
        gate.SetResult();

        Assert.Single(await scoring);
    }

    [Fact]
    public async Task ScoreAsync_CallAfterCall_ReusesTheConnection()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        for (int i = 0; i < 5; i++)
        {
            await scorer.ScoreAsync("what?", ["zero"]);
        }

        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task ScoreAsync_CookieOfTheServer_DoesNotComeBack()
    {
        await using var server = new StubServer(StubResponse.Of(401, headers: "Set-Cookie: who=me\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));
        await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.All(server.Requests, request => Assert.False(request.Headers.ContainsKey("Cookie")));
    }

    [Fact]
    public void Constructor_BadOptions_ThrowsWithEveryFault()
    {
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => new HttpRelevanceScorer(null!)).ParamName);
        var exception = Assert.Throws<ArgumentException>(() => new HttpRelevanceScorer(new()));
        Assert.Equal(
            "HttpScorerOptions:ApiKey is not set; expected the key of the API. " +
            "HttpScorerOptions:Model is not set; expected the name of a model, since the API Cohere needs one. (Parameter 'options')",
            exception.Message);
    }
}

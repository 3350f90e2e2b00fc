using System.Net;
using Reranking.Http.Transport;

namespace Reranking.Http.Tests;

/// <summary>Texts and key go to the host of the settings and to no other.</summary>
public sealed class RedirectTests
{
    [Theory]
    [InlineData(307, "/moved")]
    [InlineData(308, "/moved?to=here")]
    public async Task ScoreAsync_RedirectOnTheSameHost_IsFollowedWithKeyAndBody(int status, string location)
    {
        await using var server = new StubServer(StubResponse.Of(status, headers: $"Location: {location}\r\n"), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(["POST /v2/rerank HTTP/1.1", $"POST {location} HTTP/1.1"], server.Requests.Select(request => request.Line));
        Assert.Equal("Bearer k-123", server.Requests[1].Headers["Authorization"]);
        Assert.Equal(server.Requests[0].Body, server.Requests[1].Body);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public async Task ScoreAsync_RedirectThatDropsTheBody_IsRefused(int status)
    {
        await using var server = new StubServer(StubResponse.Of(status, headers: "Location: /moved\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await AssertRefusedAsync(scorer, server, status, server.Address);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public async Task ScoreAsync_RedirectToAnotherHost_IsRefusedAndReachesNobody(int status)
    {
        await using var other = new StubServer(TestScorers.Scores(0.5));
        await using var server = new StubServer(StubResponse.Of(status, headers: $"Location: {other.Address}/v2/rerank?key=secret\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await AssertRefusedAsync(scorer, server, status, other.Address);
        Assert.Equal(0, other.Accepted);
    }

    [Fact]
    public async Task ScoreAsync_RedirectToAnotherName_IsRefused()
    {
        await using var server = new StubServer(StubResponse.Of(307, headers: "Location: https://evil.example/v2/rerank\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await AssertRefusedAsync(scorer, server, 307, "https://evil.example");
    }

    [Fact]
    public async Task ScoreAsync_RedirectWithoutALocation_IsRefused()
    {
        await using var server = new StubServer(StubResponse.Of(307));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"cohere at {server.Authority} returned 307 and redirects to no address, to which texts and key are not sent. " +
            "Set HttpScorerOptions:Endpoint to the new address if you trust it.",
            exception.Message);
    }

    [Fact]
    public async Task ScoreAsync_RedirectsWithoutEnd_AreRefusedAfterThree()
    {
        await using var server = new StubServer(StubResponse.Of(307, headers: "Location: /again\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await AssertRefusedAsync(scorer, server, 307, server.Address);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://example.org/a", "http://example.org/b", true)]
    [InlineData("https://example.org/a", "https://EXAMPLE.org/b", true)]
    [InlineData("http://example.org:8080/a", "https://example.org/a", true)]    // encrypted from now on
    [InlineData("https://example.org/a", "http://example.org/a", false)]         // no longer encrypted
    [InlineData("https://example.org/a", "https://example.org:8443/a", false)]   // somebody else's server, perhaps
    [InlineData("https://example.org/a", "https://sub.example.org/a", false)]
    [InlineData("http://example.org/a", "ftp://example.org/a", false)]
    public void IsSafe_Target_MustBeTheSameHostAndAsSecret(string from, string to, bool isSafe)
    {
        Assert.Equal(isSafe, RerankTransport.IsSafe(HttpStatusCode.TemporaryRedirect, new Uri(from), new Uri(to)));
        Assert.False(RerankTransport.IsSafe(HttpStatusCode.Redirect, new Uri(from), new Uri(to)));
    }

    [Fact]
    public async Task ScoreAsync_GivenClientThatFollows_IsFoundOut()
    {
        await using var other = new StubServer(TestScorers.Scores(0.5));
        await using var server = new StubServer(StubResponse.Of(307, headers: $"Location: {other.Address}/v2/rerank\r\n"));
        using var client = new HttpClient();
        using var scorer = new HttpRelevanceScorer(TestScorers.Options(server), client);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"The HttpClient followed a redirect from cohere at {server.Authority} to '{other.Address}'. " +
            "Switch AllowAutoRedirect off in its handler, and set HttpScorerOptions:Endpoint to the new address if you trust it.",
            exception.Message);
    }

    private static async Task AssertRefusedAsync(HttpRelevanceScorer scorer, StubServer server, int status, string target)
    {
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal(
            $"cohere at {server.Authority} returned {status} and redirects to '{target}', to which texts and key are not sent. " +
            "Set HttpScorerOptions:Endpoint to the new address if you trust it.",
            exception.Message);
        Assert.False(exception.IsTransient);
    }
}

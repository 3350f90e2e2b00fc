using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Http.Tests;

/// <summary>What is meant for this machine does not go by way of another. The proxy is one for the process, so nothing runs beside these tests.</summary>
[Collection(nameof(ProxyTests))]
[CollectionDefinition(nameof(ProxyTests), DisableParallelization = true)]
public sealed class ProxyTests : IAsyncDisposable
{
    private readonly IWebProxy _before = HttpClient.DefaultProxy;
    private readonly StubServer _proxy = new(TestScorers.Scores(0.5));

    public ProxyTests() => HttpClient.DefaultProxy = new WebProxy(_proxy.Address);

    public async ValueTask DisposeAsync()
    {
        HttpClient.DefaultProxy = _before;
        await _proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ScoreAsync_EndpointOnThisMachine_GoesAroundTheProxy(bool isRegistered)
    {
        await using var server = new StubServer(TestScorers.Scores(0.25));
        await using ServiceProvider services = Register(server.Address);
        using HttpRelevanceScorer? own = isRegistered ? null : TestScorers.Create(server);
        IRelevanceScorer scorer = own ?? services.GetRequiredService<IRelevanceScorer>();

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { KeepLocal = true });

        Assert.Equal(0.25, Assert.Single(scores).RawValue);
        Assert.Equal(0, _proxy.Accepted);
    }

    [Fact]
    public async Task ScoreAsync_EndpointElsewhere_GoesThroughTheProxy()
    {
        await using ServiceProvider services = Register("http://rerank.example");

        await services.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]);

        Assert.Equal("POST http://rerank.example/v2/rerank HTTP/1.1", Assert.Single(_proxy.Requests).Line);
    }

    private static ServiceProvider Register(string endpoint)
    {
        var services = new ServiceCollection();
        services.AddReranking()
            .AddCohere(
                options => (options.Endpoint, options.ApiKey, options.Model, options.AllowInsecureHttp) = (new Uri(endpoint), TestScorers.ApiKey, "m-1", true));
        return services.BuildServiceProvider();
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.AspNetCore.Tests;

/// <summary>What this library's own clients of hosted APIs read is what the scorer returned, bit for bit.</summary>
public sealed class DialectTests
{
    [Theory]
    [InlineData("Cohere")]
    [InlineData("Jina")]
    [InlineData("Voyage")]
    [InlineData("Mixedbread")]
    [InlineData("Tei")]
    [InlineData("Vllm")]
    public async Task ScoreAsync_EachProvider_ReadsTheValuesOfTheScorer(string provider)
    {
        await using RerankServer server = await RerankServer.StartAsync(static (query, document) => Math.Sin(document.Length) * 3);
        string[] documents = [.. Enumerable.Range(0, 150).Select(i => new string('x', (i * 37 % 101) + 1))];
        using var inProcess = new StubScorer(static (query, document) => Math.Sin(document.Length) * 3);
        RelevanceScores expected = await inProcess.ScoreAsync("query", documents, cancellationToken: TestContext.Current.CancellationToken);
        await using ServiceProvider services = Client(provider, server.Address);

        RelevanceScores scores = await services.GetRequiredService<IRelevanceScorer>().ScoreAsync(
            "query", documents, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(expected.Select(score => score.Value), scores.Select(score => score.Value));
    }

    private static ServiceProvider Client(string provider, Uri address)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Reranking:Scorers:remote:Provider"] = provider,
            ["Reranking:Scorers:remote:Endpoint"] = address.ToString(),
            ["Reranking:Scorers:remote:Model"] = provider == "Tei" ? null : "stub-model",
            ["Reranking:Scorers:remote:ApiKey"] = provider is "Tei" or "Vllm" ? null : "key",
        }.Where(pair => pair.Value is not null)).Build();
        var services = new ServiceCollection();
        services.AddReranking(configuration.GetSection("Reranking")).AddHttp();
        return services.BuildServiceProvider();
    }
}

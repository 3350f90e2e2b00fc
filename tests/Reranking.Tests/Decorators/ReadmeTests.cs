using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

/// <summary>The code of the package's README, as it stands there.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task Cache_FromTheReadme_Works()
    {
        using var scorer = new PairScorer();
        var services = new ServiceCollection();

        services.AddHybridCache();                                        // in memory; over Redis with AddStackExchangeRedisCache
        services.AddReranking().AddScorer(scorer).UseCaching(options => options.Expiration = TimeSpan.FromDays(1));

        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(PairScorer.Scores("q", "a", "b"), await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("q", ["a", "b"]));
    }

    [Fact]
    public async Task Shadow_FromTheReadme_Works()
    {
        using var scorer = new PairScorer();
        using var candidate = new ShadowScorer();
        var services = new ServiceCollection();

        services.AddReranking().AddScorer(scorer).UseShadow(_ => candidate, options => options.SampleRate = 0.05);

        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(PairScorer.Scores("q", "1", "2"), await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("q", ["1", "2"]));
    }
}

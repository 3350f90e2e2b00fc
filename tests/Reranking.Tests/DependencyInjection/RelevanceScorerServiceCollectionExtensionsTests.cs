using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

public class RelevanceScorerServiceCollectionExtensionsTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public void AddRelevanceScorer_NullArguments_ThrowsWithTheirNames()
    {
        IServiceCollection none = null!;
        using var scorer = new WordOverlapScorer();

        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddRelevanceScorer(scorer)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddRelevanceScorer(_ => scorer)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddKeyedRelevanceScorer("key", scorer)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(() => none.AddKeyedRelevanceScorer("key", _ => scorer)).ParamName);
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => _services.AddRelevanceScorer((IRelevanceScorer)null!)).ParamName);
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedRelevanceScorer("key", (IRelevanceScorer)null!)).ParamName);
        Assert.Equal("innerScorerFactory", Assert.Throws<ArgumentNullException>(() => _services.AddRelevanceScorer((Func<IServiceProvider, IRelevanceScorer>)null!)).ParamName);
        Assert.Equal("innerScorerFactory", Assert.Throws<ArgumentNullException>(() => _services.AddKeyedRelevanceScorer("key", (Func<IServiceProvider, IRelevanceScorer>)null!)).ParamName);
        Assert.Empty(_services);
    }

    [Fact]
    public void AddRelevanceScorer_Instance_IsResolvedAndDisposedWithItsDecorators()
    {
        var inner = new WordOverlapScorer();
        _services.AddRelevanceScorer(inner).ConfigureOptions(_ => { });
        using (ServiceProvider provider = _services.BuildServiceProvider())
        {
            IRelevanceScorer scorer = provider.GetRequiredService<IRelevanceScorer>();

            Assert.IsType<ConfigureOptionsRelevanceScorer>(scorer);
            Assert.Same(scorer, provider.GetRequiredService<IRelevanceScorer>());
            Assert.Same(inner, scorer.GetService<WordOverlapScorer>());
        }

        Assert.True(inner.IsDisposed);
    }

    [Fact]
    public void AddRelevanceScorer_Factory_RunsWhenResolved()
    {
        int made = 0;
        _services.AddRelevanceScorer(_ =>
        {
            made++;
            return new WordOverlapScorer();
        });
        using ServiceProvider provider = _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        Assert.Equal(0, made);

        provider.GetRequiredService<IRelevanceScorer>();
        provider.GetRequiredService<IRelevanceScorer>();

        Assert.Equal(1, made);
    }

    [Theory]
    [InlineData(ServiceLifetime.Singleton)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Transient)]
    public void AddRelevanceScorer_Lifetime_IsRegistered(ServiceLifetime lifetime)
    {
        _services.AddRelevanceScorer(_ => new WordOverlapScorer(), lifetime);
        _services.AddKeyedRelevanceScorer("factory", _ => new WordOverlapScorer(), lifetime);
        _services.AddKeyedRelevanceScorer("instance", new WordOverlapScorer(), lifetime);

        Assert.All(_services, descriptor => Assert.Equal(lifetime, descriptor.Lifetime));
        Assert.Equal([null, "factory", "instance"], _services.Select(descriptor => descriptor.ServiceKey));
    }

    [Fact]
    public void AddRelevanceScorer_Twice_TheFirstStands()
    {
        var first = new WordOverlapScorer();
        _services.AddRelevanceScorer(first);
        _services.AddRelevanceScorer(_ => throw new InvalidOperationException("The second is not asked.")).UseLogging();
        using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(first, Assert.Single(provider.GetServices<IRelevanceScorer>()));
    }

    [Fact]
    public void AddKeyedRelevanceScorer_SeveralKeys_StandSideBySide()
    {
        WordOverlapScorer plain = new(), fast = new(), good = new();
        _services.AddRelevanceScorer(plain);
        _services.AddKeyedRelevanceScorer("fast", fast);
        _services.AddKeyedRelevanceScorer("good", _ => good).ConfigureOptions(_ => { });
        _services.AddKeyedRelevanceScorer("fast", new WordOverlapScorer());
        using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(plain, provider.GetRequiredService<IRelevanceScorer>());
        Assert.Same(fast, provider.GetRequiredKeyedService<IRelevanceScorer>("fast"));
        Assert.Same(good, provider.GetRequiredKeyedService<IRelevanceScorer>("good").GetService<WordOverlapScorer>());
        Assert.Null(provider.GetKeyedService<IRelevanceScorer>("unknown"));
    }

    [Fact]
    public void AddKeyedRelevanceScorer_NullKey_IsThePlainOne()
    {
        var scorer = new WordOverlapScorer();
        _services.AddKeyedRelevanceScorer(null, scorer);
        using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(scorer, provider.GetRequiredService<IRelevanceScorer>());
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

public sealed class RelevanceScorerBuilderTests : IDisposable
{
    private readonly WordOverlapScorer _inner = new();
    private readonly List<string> _calls = [];

    public void Dispose() => _inner.Dispose();

    [Fact]
    public void Members_NullArguments_ThrowWithTheirNames()
    {
        var builder = new RelevanceScorerBuilder(_inner);

        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new RelevanceScorerBuilder((IRelevanceScorer)null!)).ParamName);
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => ((IRelevanceScorer)null!).AsBuilder()).ParamName);
        Assert.Equal(
            "innerScorerFactory",
            Assert.Throws<ArgumentNullException>(() => new RelevanceScorerBuilder((Func<IServiceProvider, IRelevanceScorer>)null!)).ParamName);
        Assert.Equal("scorerFactory", Assert.Throws<ArgumentNullException>(() => builder.Use((Func<IRelevanceScorer, IRelevanceScorer>)null!)).ParamName);
        Assert.Equal(
            "scorerFactory",
            Assert.Throws<ArgumentNullException>(() => builder.Use((Func<IRelevanceScorer, IServiceProvider, IRelevanceScorer>)null!)).ParamName);
        Assert.Equal(
            "scoreFunc",
            Assert.Throws<ArgumentNullException>(
                () => builder.Use(
                    (Func<string, IReadOnlyList<string>, RelevanceScoringOptions?, IRelevanceScorer, CancellationToken, Task<RelevanceScores>>)null!))
                .ParamName);
    }

    [Fact]
    public void Build_NoDecorator_GivesTheInnerScorer() => Assert.Same(_inner, _inner.AsBuilder().Build());

    [Fact]
    public async Task Build_Decorators_FirstIsOutermost()
    {
        IRelevanceScorer scorer = _inner.AsBuilder()
            .Use(inner => new Recording(inner, "first", _calls))
            .Use((inner, _) => new Recording(inner, "second", _calls))
            .Use(async (query, documents, options, inner, token) =>
            {
                _calls.Add("third");
                return await inner.ScoreAsync(query, documents, options, token);
            })
            .Build();

        await scorer.ScoreAsync("query", ["document"]);

        Assert.Equal(["first", "second", "third"], _calls);
        Assert.Equal(1, _inner.Calls);
        Assert.Equal("first", Assert.IsType<Recording>(scorer).Name);
    }

    [Fact]
    public void Build_Services_ReachTheFactories()
    {
        using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        List<IServiceProvider> seen = [];

        IRelevanceScorer scorer = new RelevanceScorerBuilder(provider =>
        {
            seen.Add(provider);
            return _inner;
        }).Use((inner, provider) =>
        {
            seen.Add(provider);
            return inner;
        }).Build(services);

        Assert.Same(_inner, scorer);
        Assert.Equal([services, services], seen);
    }

    [Fact]
    public void Build_NoServices_FactoriesFindNothing()
    {
        new RelevanceScorerBuilder(provider =>
        {
            Assert.Null(provider.GetService<IServiceProvider>());
            Assert.Null(provider.GetKeyedService<string>("key"));
            InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<string>("key"));
            Assert.Equal("No service of type System.String is registered: the scorer is built without services.", exception.Message);
            _calls.Add("built");
            return _inner;
        }).Build();

        Assert.Equal(["built"], _calls);
    }

    [Fact]
    public void Build_InnerFactoryGivesNull_Throws()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new RelevanceScorerBuilder(_ => null!).Build());

        Assert.Equal("The factory of the inner IRelevanceScorer returned null; expected a scorer.", exception.Message);
    }

    [Fact]
    public void Build_DecoratorFactoryGivesNull_ThrowsNamingItsPlace()
    {
        RelevanceScorerBuilder builder = _inner.AsBuilder().Use(inner => inner).Use((_, _) => null!);

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Equal("The factory of the decorator at index 1 returned null; expected a scorer, or the inner one for no decorator.", exception.Message);
    }

    [Fact]
    public void Dispose_Outermost_DisposesTheInnerScorer()
    {
        _inner.AsBuilder()
            .Use(inner => new Recording(inner, "first", _calls))
            .Use((query, documents, options, inner, token) => throw new InvalidOperationException())
            .Build()
            .Dispose();

        Assert.True(_inner.IsDisposed);
    }

    private sealed class Recording(IRelevanceScorer innerScorer, string name, List<string> calls) : DelegatingRelevanceScorer(innerScorer)
    {
        public string Name => name;

        public override Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default)
        {
            calls.Add(name);
            return base.ScoreAsync(query, documents, options, cancellationToken);
        }
    }
}

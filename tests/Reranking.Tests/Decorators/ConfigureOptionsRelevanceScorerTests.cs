using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

public sealed class ConfigureOptionsRelevanceScorerTests : IDisposable
{
    private readonly WordOverlapScorer _inner = new();

    public void Dispose() => _inner.Dispose();

    [Fact]
    public void Members_NullArguments_ThrowWithTheirNames()
    {
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new ConfigureOptionsRelevanceScorer(null!, _ => { })).ParamName);
        Assert.Equal("configure", Assert.Throws<ArgumentNullException>(() => new ConfigureOptionsRelevanceScorer(_inner, null!)).ParamName);
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((RelevanceScorerBuilder)null!).ConfigureOptions(_ => { })).ParamName);
        Assert.Equal("configure", Assert.Throws<ArgumentNullException>(() => _inner.AsBuilder().ConfigureOptions(null!)).ParamName);
    }

    [Fact]
    public async Task ScoreAsync_Options_AreChangedOnACopy()
    {
        var options = new RelevanceScoringOptions { ModelId = "asked", AdditionalProperties = new Dictionary<string, object?> { ["kept"] = 1 } };
        IRelevanceScorer scorer = _inner.AsBuilder().ConfigureOptions(configured => configured.ModelId += " and configured").Build();

        RelevanceScores scores = await scorer.ScoreAsync("query", ["document"], options);

        Assert.Equal("asked and configured", scores.ModelId);
        Assert.Equal(1, _inner.LastOptions?.AdditionalProperties?["kept"]);
        Assert.Equal("asked", options.ModelId);
    }

    [Fact]
    public async Task ScoreAsync_NoOptions_AreMade()
    {
        IRelevanceScorer scorer = _inner.AsBuilder().ConfigureOptions(configured => configured.ModelId ??= "configured").Build();

        Assert.Equal("configured", (await scorer.ScoreAsync("query", ["document"])).ModelId);
    }
}

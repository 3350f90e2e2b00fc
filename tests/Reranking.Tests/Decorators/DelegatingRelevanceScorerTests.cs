namespace Reranking.Tests;

public class DelegatingRelevanceScorerTests
{
    [Fact]
    public void Constructor_Null_Throws() => Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new PassingScorer(null!)).ParamName);

    [Fact]
    public async Task ScoreAsync_Call_PassesEverythingOn()
    {
        using var source = new CancellationTokenSource();
        var options = new RelevanceScoringOptions();
        var inner = new WordOverlapScorer();
        using var scorer = new PassingScorer(inner);

        RelevanceScores scores = await scorer.ScoreAsync("reset password", ["Reset it."], options, source.Token);

        Assert.Equal(0.5, Assert.Single(scores).Value);
        Assert.Same(options, inner.LastOptions);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scorer.ScoreAsync("query", [], options, source.Token));
    }

    [Fact]
    public void GetService_TypeOfTheInnerScorer_GivesTheInnerScorer()
    {
        var inner = new WordOverlapScorer();
        using var scorer = new PassingScorer(inner);

        Assert.Same(inner, scorer.GetService(typeof(WordOverlapScorer)));
        Assert.Same(scorer, scorer.GetService(typeof(DelegatingRelevanceScorer)));
        Assert.Same(scorer, scorer.GetService(typeof(IDisposable)));
    }

    [Fact]
    public void Dispose_NotDisposing_LeavesTheInnerScorer()
    {
        using var inner = new WordOverlapScorer();

        new PassingScorer(inner).Finalize(disposing: false);

        Assert.False(inner.IsDisposed);
    }

    internal sealed class PassingScorer(IRelevanceScorer innerScorer) : DelegatingRelevanceScorer(innerScorer)
    {
        public void Finalize(bool disposing) => Dispose(disposing);
    }
}

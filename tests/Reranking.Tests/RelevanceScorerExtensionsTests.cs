namespace Reranking.Tests;

public sealed class RelevanceScorerExtensionsTests : IDisposable
{
    private readonly WordOverlapScorer _scorer = new();

    public void Dispose() => _scorer.Dispose();

    [Fact]
    public void GetService_NullScorer_Throws() =>
        Assert.Equal("scorer", Assert.Throws<ArgumentNullException>(() => ((IRelevanceScorer)null!).GetService<RelevanceScorerMetadata>()).ParamName);

    [Fact]
    public void GetService_Type_GivesTheObjectOrNone()
    {
        Assert.Equal("word-overlap", _scorer.GetService<RelevanceScorerMetadata>()?.ProviderName);
        Assert.Null(_scorer.GetService<RelevanceScorerMetadata>("key"));
        Assert.Null(_scorer.GetService<string>());
        Assert.Equal(0, _scorer.GetService<int>());
    }

    [Fact]
    public async Task ScoreAsync_NullArguments_ThrowsWithTheirNames()
    {
        Assert.Equal("scorer", (await Assert.ThrowsAsync<ArgumentNullException>(() => ((IRelevanceScorer)null!).ScoreAsync("q", "d"))).ParamName);
        Assert.Equal("query", (await Assert.ThrowsAsync<ArgumentNullException>(() => _scorer.ScoreAsync(null!, "d"))).ParamName);
        Assert.Equal("document", (await Assert.ThrowsAsync<ArgumentNullException>(() => _scorer.ScoreAsync("q", (string)null!))).ParamName);
    }

    [Fact]
    public async Task ScoreAsync_OneDocument_GivesItsScore()
    {
        var options = new RelevanceScoringOptions();

        Assert.Equal(new RelevanceScore(0.5, 0.5), await _scorer.ScoreAsync("reset password", "The password is long.", options));
        Assert.Same(options, _scorer.LastOptions);
    }

    [Fact]
    public async Task ScoreAsync_CanceledToken_Throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scorer.ScoreAsync("q", "d", options: null, new CancellationToken(canceled: true)));

    [Fact]
    public async Task ScoreAsync_OtherThanOneScore_Throws()
    {
        var scorer = new FunctionScorer((_, _, _) => Task.FromResult(new RelevanceScores([default, default])));

        RelevanceScoringException exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("q", "d"));

        Assert.Equal("Expected 1 score for 1 document, but FunctionScorer returned 2.", exception.Message);
    }
}

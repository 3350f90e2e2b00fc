using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

/// <summary>Scores of no use, for a threshold of another scale or none at all, are warned of once and with their numbers.</summary>
public sealed class ScaleWarningTests
{
    private const string AllEqual = "All scores were equal in 5 calls in a row, in the last one 0.5 for 3 documents, so that reranking changes nothing. " +
        "Check the model of the scorer and what its scores are.";

    private readonly FakeLogger<Reranker> _logger = new();
    private readonly Reranker _reranker;

    public ScaleWarningTests() => _reranker = new Reranker(FunctionScorer.OfNumbers(), logger: _logger);

    private IEnumerable<string> Warnings =>
        _logger.Collector.GetSnapshot().Where(static record => record.Level == LogLevel.Warning).Select(static record => record.Message);

    [Fact]
    public async Task RerankAsync_EqualScoresInARow_AreWarnedOfOnceUntilTheyDiffer()
    {
        await RerankAsync(4, ["0.5", "0.50", "0.500"]);
        Assert.Empty(Warnings);
        await RerankAsync(10, ["0.5", "0.50", "0.500"]);
        Assert.Equal([AllEqual], Warnings);
        await RerankAsync(1, ["0.5", "0.6"]);
        await RerankAsync(5, ["0.5", "0.50", "0.500"]);
        Assert.Equal([AllEqual, AllEqual], Warnings);
    }

    [Theory]
    [InlineData("0.5", "0.5")]     // the same document twice
    [InlineData("0.5", "0.6")]
    [InlineData("0.5", "NaN")]
    public async Task RerankAsync_ScoresThatAreEqualForAReason_AreNotWarnedOf(params string[] documents)
    {
        await RerankAsync(20, documents);

        Assert.DoesNotContain(Warnings, static warning => warning.Contains("equal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RerankAsync_ThresholdThatNeverKeptAnything_IsWarnedOfOnce()
    {
        var options = new RerankingOptions { MinScore = 0.9 };
        await RerankAsync(20, ["0.1", "0.25", "0.2"], options);

        Assert.Equal(
            ["MinScore 0.9 left nothing of 3 documents with scores from 0.1 to 0.25. " +
             "The usual cause is a threshold for the scale of another model: measure it again."],
            Warnings);
        options.MinScore = 0.8;   // another one
        await RerankAsync(20, ["0.1", "0.25", "0.2"], options);
        Assert.Equal(2, Warnings.Count());
    }

    [Fact]
    public async Task RerankAsync_ThresholdsThatTakeTurns_AreWarnedOfOnceEach()
    {
        for (int i = 0; i < 20; i++)
        {
            await RerankAsync(1, ["0.1", "0.25", "0.2"], new RerankingOptions { MinScore = i % 2 == 0 ? 0.9 : 0.8 });
        }

        Assert.Equal(2, Warnings.Count());
    }

    [Fact]
    public async Task RerankAsync_ThresholdThatKeptSomethingBefore_IsWarnedOfAfterFiveCallsInARow()
    {
        var options = new RerankingOptions { MinScore = 0.9 };
        await RerankAsync(1, ["0.1", "0.95"], options);
        await RerankAsync(4, ["0.1", "0.25"], options);
        await RerankAsync(1, ["0.1", "0.95"], options);
        await RerankAsync(4, ["0.1", "0.25"], options);
        Assert.Empty(Warnings);
        await RerankAsync(9, ["0.1", "0.25"], options);
        Assert.Single(Warnings);
    }

    private async Task RerankAsync(int times, string[] documents, RerankingOptions? options = null)
    {
        for (int i = 0; i < times; i++)
        {
            await _reranker.RerankAsync("query", documents, options);
        }
    }
}

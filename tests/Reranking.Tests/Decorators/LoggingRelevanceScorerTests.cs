using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

public sealed class LoggingRelevanceScorerTests : IDisposable
{
    private readonly WordOverlapScorer _inner = new();
    private readonly FakeLogger<LoggingRelevanceScorer> _logger = new();

    public void Dispose() => _inner.Dispose();

    [Fact]
    public void Members_NullArguments_ThrowWithTheirNames()
    {
        Assert.Equal("innerScorer", Assert.Throws<ArgumentNullException>(() => new LoggingRelevanceScorer(null!, _logger)).ParamName);
        Assert.Equal("logger", Assert.Throws<ArgumentNullException>(() => new LoggingRelevanceScorer(_inner, null!)).ParamName);
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((RelevanceScorerBuilder)null!).UseLogging()).ParamName);
    }

    [Fact]
    public async Task ScoreAsync_Scored_LogsOneDebugLineWithoutTexts()
    {
        _logger.ControlLevel(LogLevel.Trace, enabled: false);

        RelevanceScores scores = await new LoggingRelevanceScorer(_inner, _logger).ScoreAsync("s3cr3t query", ["s3cr3t", "b"]);

        Assert.Equal([0.5, 0], scores.Select(score => score.Value));
        AssertOnlyLog(LogLevel.Debug, 11, "Scored 2 documents with model words-1.");
    }

    [Fact]
    public async Task ScoreAsync_Trace_LogsTheTextsToo()
    {
        await new LoggingRelevanceScorer(_inner, _logger).ScoreAsync("reset", ["a", "b"]);

        IReadOnlyList<FakeLogRecord> records = _logger.Collector.GetSnapshot();
        Assert.Equal(
            ["Scoring for the query \"reset\" the documents a, b.", "Scored 2 documents with model words-1."], records.Select(record => record.Message));
        Assert.Equal((LogLevel.Trace, 12), (records[0].Level, records[0].Id.Id));
    }

    [Fact]
    public async Task ScoreAsync_Canceled_LogsADebugLine()
    {
        _logger.ControlLevel(LogLevel.Trace, enabled: false);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new LoggingRelevanceScorer(_inner, _logger).ScoreAsync("query", ["a"], options: null, new CancellationToken(canceled: true)));

        AssertOnlyLog(LogLevel.Debug, 13, "Scoring of 1 documents canceled.");
        Assert.Null(_logger.LatestRecord.Exception);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task ScoreAsync_Failed_LogsAnErrorOnce(Type type)
    {
        _logger.ControlLevel(LogLevel.Trace, enabled: false);
        var failure = (Exception)Activator.CreateInstance(type)!;
        var scorer = new LoggingRelevanceScorer(new FunctionScorer((_, _, _) => throw failure), _logger);

        Assert.Same(failure, await Assert.ThrowsAsync(type, () => scorer.ScoreAsync("s3cr3t", ["s3cr3t", "s3cr3t"])));

        AssertOnlyLog(LogLevel.Error, 14, "Scoring of 2 documents failed.");
        Assert.Same(failure, _logger.LatestRecord.Exception);
    }

    [Fact]
    public async Task ScoreAsync_InnerGivesNothing_PassesItOn()
    {
        using var scorer = new LoggingRelevanceScorer(new FunctionScorer((_, _, _) => Task.FromResult<RelevanceScores>(null!)), _logger);

        Assert.Null(await scorer.ScoreAsync("query", ["a"]));
        Assert.Equal("Scored 1 documents with model (null).", _logger.LatestRecord.Message);
    }

    [Fact]
    public void UseLogging_NoFactory_AddsNothing()
    {
        using ServiceProvider empty = new ServiceCollection().BuildServiceProvider();

        Assert.Same(_inner, _inner.AsBuilder().UseLogging().Build());
        Assert.Same(_inner, _inner.AsBuilder().UseLogging().Build(empty));
        Assert.Same(_inner, _inner.AsBuilder().UseLogging(NullLoggerFactory.Instance).Build());
    }

    [Fact]
    public async Task UseLogging_GivenFactory_LogsUnderItsOwnCategory()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug))
            .BuildServiceProvider();

        await _inner.AsBuilder().UseLogging(services.GetRequiredService<ILoggerFactory>()).Build().ScoreAsync("query", ["a"]);

        Assert.Equal("Reranking.LoggingRelevanceScorer", services.GetFakeLogCollector().LatestRecord.Category);
    }

    [Fact]
    public async Task UseLogging_FactoryOfTheServices_IsTaken()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug))
            .BuildServiceProvider();

        await _inner.AsBuilder().UseLogging().Build(services).ScoreAsync("query", ["a"]);

        Assert.Equal("Scored 1 documents with model words-1.", services.GetFakeLogCollector().LatestRecord.Message);
    }

    private void AssertOnlyLog(LogLevel level, int eventId, string message)
    {
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal(message, record.Message);
        Assert.Equal((level, eventId), (record.Level, record.Id.Id));
    }
}

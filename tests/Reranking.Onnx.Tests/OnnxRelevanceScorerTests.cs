using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Onnx.Tests;

[Collection(MemoryMeasuring.Name)]
public sealed class OnnxRelevanceScorerTests
{
    [Fact]
    public async Task ScoreAsync_ConcurrentFirstCalls_LoadOnce()
    {
        var logger = new FakeLogger<OnnxRelevanceScorer>();
        using var scorer = new OnnxRelevanceScorer(logger: logger);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => scorer.ScoreAsync("query", ["document"])));

        string line = Assert.Single(logger.Collector.GetSnapshot()).Message;
        Assert.Matches(@"^Model ms-marco-MiniLM-L-12-v2-int8 loaded in \d+ ms: 512 tokens at most, on Cpu; int8 instructions of the processor: .+\.$", line);
    }

    [Fact]
    public async Task GetService_Metadata_IsThereBeforeTheLoadAndCompleteAfterIt()
    {
        using var scorer = new OnnxRelevanceScorer();

        RelevanceScorerMetadata before = scorer.GetService<RelevanceScorerMetadata>()!;
        await scorer.WarmUpAsync();
        RelevanceScorerMetadata after = scorer.GetService<RelevanceScorerMetadata>()!;

        Assert.Equal(("onnx", "ms-marco-MiniLM-L-12-v2-int8", null), (before.ProviderName, before.ModelId, before.MaxInputTokens));
        Assert.Equal(("onnx", "ms-marco-MiniLM-L-12-v2-int8", 512), (after.ProviderName, after.ModelId, after.MaxInputTokens));
    }

    [Fact]
    public async Task ScoreAsync_DisposedUnderWay_FinishesFirst()
    {
        var scorer = new OnnxRelevanceScorer();
        await scorer.WarmUpAsync();

        Task<RelevanceScores> underWay = scorer.ScoreAsync("query", [.. Enumerable.Repeat("a document of a few words", 50)]);
        scorer.Dispose();

        Assert.Equal(50, (await underWay).Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => scorer.ScoreAsync("query", ["document"]));
    }

    [Fact]
    public async Task ScoreAsync_ThousandCanceledCalls_LeaveNothingBehind()
    {
        using var scorer = new OnnxRelevanceScorer();
        string[] documents = [.. Enumerable.Repeat("one two three four five six seven eight nine ten", 20)];
        double expected = (await scorer.ScoreAsync("query", documents[0])).RawValue;
        await CancelAsync(100);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await CancelAsync(1000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
        Assert.All(await scorer.ScoreAsync("query", documents), score => Assert.Equal(expected, score.RawValue));

        async Task CancelAsync(int calls)
        {
            for (int i = 0; i < calls; i++)
            {
                using var canceling = new CancellationTokenSource();
                Task<RelevanceScores> scoring = scorer.ScoreAsync("query", documents, options: null, canceling.Token);
                if (i % 3 > 0)
                {
                    await Task.Yield();
                }

                await canceling.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring);
            }
        }
    }

    [Fact]
    public async Task RerankAsync_WindowsToTheirLimit_ShowInTheResultTheLogAndTheMetric()
    {
        var scorerLogger = new FakeLogger<OnnxRelevanceScorer>();
        var rerankerLogger = new FakeLogger<Reranker>();
        using var scorer = new OnnxRelevanceScorer(
            new OnnxScorerOptions { MaxInputTokens = 32, LongDocuments = LongDocumentMode.Windows, WindowTokens = 16, MaxWindows = 3 },
            scorerLogger);
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var truncated = new MetricCollector<long>(meters, RerankingTelemetry.SourceName, "reranking.documents.truncated");
        var reranker = new Reranker(scorer, new RerankingOptions { Timeout = Timeout.InfiniteTimeSpan }, logger: rerankerLogger, meterFactory: meters);
        string sentences = string.Concat(Enumerable.Repeat("One two three four five. ", 5));

        RerankingResult<string> result = await reranker.RerankAsync("query", [sentences, string.Concat(Enumerable.Repeat(sentences, 9)), "short"]);

        Assert.Equal(1, result.TruncatedCount);
        Assert.Equal([0, 1], result.Ranking.Where(ranked => ranked.Relevance!.Value.BestWindow is not null).Select(ranked => ranked.Index).Order());
        Assert.Equal([1], truncated.GetMeasurementSnapshot().Select(measurement => measurement.Value));
        Assert.Equal(
            "1 of 3 documents were longer than the model's input and were read only in part.",
            Assert.Single(rerankerLogger.Collector.GetSnapshot(), record => record.Level == LogLevel.Warning).Message);
        Assert.Equal(
            "2 of 3 documents were read in windows, 1 of them in part: the query was cut, or MaxWindows, 3, was reached.",
            Assert.Single(scorerLogger.Collector.GetSnapshot(), record => record.Id.Id == 93).Message);
    }

    [Fact]
    public async Task RerankAsync_RejectedDocument_FallsBackWithoutItsText()
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { MaxInputTokens = 16, LongDocuments = LongDocumentMode.Reject });
        var reranker = new Reranker(scorer, new RerankingOptions { Timeout = Timeout.InfiniteTimeSpan });

        RerankingResult<string> result = await reranker.RerankAsync("query", ["short", string.Concat(Enumerable.Repeat("secret ", 20))]);

        Assert.Equal(RerankingOutcome.FellBack, result.Outcome);
        Assert.Equal(
            "Document 1 has 20 tokens; model 'ms-marco-MiniLM-L-12-v2-int8' has room for 12 beside the 1 of the query. " +
            "Shorten it, or set OnnxScorerOptions:LongDocuments to Windows or Truncate.",
            result.Failure!.Message);
    }

    [Theory]
    [InlineData(LongDocumentMode.Truncate)]
    [InlineData(LongDocumentMode.Windows)]
    public async Task ScoreAsync_NothingReadInWindows_LogsNothingOfThem(LongDocumentMode mode)
    {
        var logger = new FakeLogger<OnnxRelevanceScorer>();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { LongDocuments = mode }, logger);

        await scorer.ScoreAsync("query", ["short"]);

        Assert.Equal([20], logger.Collector.GetSnapshot().Select(record => record.Id.Id));
    }

    [Fact]
    public async Task ScoreAsync_OptionsAskForAnotherModel_IsRefused()
    {
        using var scorer = new OnnxRelevanceScorer();

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("query", ["document"], new RelevanceScoringOptions { ModelId = "other" }));

        Assert.Equal(
            "The options ask for model 'other', but this scorer has 'ms-marco-MiniLM-L-12-v2-int8' loaded. " +
            "Leave RelevanceScoringOptions.ModelId out, or register a scorer for that model.",
            exception.Message);
        Assert.True(exception.IsRequestFault);
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesTheKey()
    {
        Assert.Equal(
            "OnnxScorerOptions:MaxInputTokens is 7; expected 8 or more, or none. (Parameter 'options')", Failure(options => options.MaxInputTokens = 7));
        Assert.Equal(
            "OnnxScorerOptions:MaxConcurrency is 0; expected 1 or more, or none. (Parameter 'options')", Failure(options => options.MaxConcurrency = 0));
        Assert.Equal(
            "OnnxScorerOptions:ModelPath is blank; expected the path of a model folder, or none. (Parameter 'options')",
            Failure(options => options.ModelPath = " "));
        Assert.Equal(
            "OnnxScorerOptions:ModelFile is /model.onnx; expected a path within the model folder, or none. (Parameter 'options')",
            Failure(options => options.ModelFile = "/model.onnx"));
        Assert.Equal(
            "OnnxScorerOptions:ModelFile is ../other/model.onnx; expected a path within the model folder, or none. (Parameter 'options')",
            Failure(options => options.ModelFile = "../other/model.onnx"));
        Assert.Equal(
            @"OnnxScorerOptions:ModelFile is onnx\..\..\model.onnx; expected a path within the model folder, or none. (Parameter 'options')",
            Failure(options => options.ModelFile = @"onnx\..\..\model.onnx"));
        Assert.Equal("OnnxScorerOptions:DeviceId is -1; expected 0 or more. (Parameter 'options')", Failure(options => options.DeviceId = -1));
        Assert.Equal(
            "OnnxScorerOptions:MaxBatchTokens is 511; expected 512 to 1048576. (Parameter 'options')", Failure(options => options.MaxBatchTokens = 511));
        Assert.Equal(
            "OnnxScorerOptions:ExecutionProvider is 99; expected Cpu, Cuda, DirectML, CoreML or OpenVino. (Parameter 'options')",
            Failure(options => options.ExecutionProvider = (OnnxExecutionProvider)99));
        Assert.Equal(
            "OnnxScorerOptions:LongDocuments is 99; expected Truncate, Windows or Reject. (Parameter 'options')",
            Failure(options => options.LongDocuments = (LongDocumentMode)99));
        Assert.Equal("OnnxScorerOptions:WindowTokens is 15; expected 16 or more. (Parameter 'options')", Failure(options => options.WindowTokens = 15));
        Assert.Equal("OnnxScorerOptions:WindowOverlap is 0.6; expected 0 to 0.5. (Parameter 'options')", Failure(options => options.WindowOverlap = 0.6));
        Assert.Equal(
            "OnnxScorerOptions:WindowOverlap is NaN; expected 0 to 0.5. (Parameter 'options')", Failure(options => options.WindowOverlap = double.NaN));
        Assert.Equal("OnnxScorerOptions:MaxWindows is 0; expected 1 to 10000. (Parameter 'options')", Failure(options => options.MaxWindows = 0));
        Assert.Equal("OnnxScorerOptions:MaxWindows is 10001; expected 1 to 10000. (Parameter 'options')", Failure(options => options.MaxWindows = 10_001));
    }

    [Fact]
    public async Task ScoreAsync_OptionsChangedAfterwards_KeepsItsOwn()
    {
        OnnxScorerOptions options = new() { MaxInputTokens = 16 };
        using var scorer = new OnnxRelevanceScorer(options);
        options.MaxInputTokens = 512;

        await scorer.WarmUpAsync();

        Assert.Equal(16, scorer.GetService<RelevanceScorerMetadata>()!.MaxInputTokens);
    }

    private static string Failure(Action<OnnxScorerOptions> spoil)
    {
        OnnxScorerOptions options = new();
        spoil(options);
        return Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(options)).Message;
    }
}

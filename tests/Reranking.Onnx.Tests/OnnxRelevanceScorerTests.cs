using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Onnx.Tests;

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
        double expected = (await scorer.ScoreAsync("query", documents[0])).RawScore;
        await CancelAsync(100);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await CancelAsync(1000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
        Assert.All(await scorer.ScoreAsync("query", documents), score => Assert.Equal(expected, score.RawScore));

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
    public async Task ScoreAsync_OptionsAskForAnotherModel_IsRefused()
    {
        using var scorer = new OnnxRelevanceScorer();

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"], new RelevanceScoringOptions { ModelId = "other" }));

        Assert.Equal(
            "The options ask for model 'other', but this scorer has 'ms-marco-MiniLM-L-12-v2-int8' loaded. Leave RelevanceScoringOptions.ModelId out, or register a scorer for that model.",
            exception.Message);
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesTheKey()
    {
        Assert.Equal("Reranking:Onnx:MaxInputTokens is 7; expected 8 or more, or none. (Parameter 'options')", Failure(options => options.MaxInputTokens = 7));
        Assert.Equal("Reranking:Onnx:MaxConcurrency is 0; expected 1 or more, or none. (Parameter 'options')", Failure(options => options.MaxConcurrency = 0));
        Assert.Equal("Reranking:Onnx:ModelPath is blank; expected the path of a model folder, or none. (Parameter 'options')", Failure(options => options.ModelPath = " "));
        Assert.Equal("Reranking:Onnx:ModelFile is /model.onnx; expected a path within the model folder, or none. (Parameter 'options')", Failure(options => options.ModelFile = "/model.onnx"));
        Assert.Equal("Reranking:Onnx:DeviceId is -1; expected 0 or more. (Parameter 'options')", Failure(options => options.DeviceId = -1));
        Assert.Equal("Reranking:Onnx:MaxBatchTokens is 511; expected 512 to 1048576. (Parameter 'options')", Failure(options => options.MaxBatchTokens = 511));
        Assert.Equal("Reranking:Onnx:ExecutionProvider is 99; expected Cpu or Cuda or DirectML or CoreML or OpenVino. (Parameter 'options')", Failure(options => options.ExecutionProvider = (OnnxExecutionProvider)99));
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

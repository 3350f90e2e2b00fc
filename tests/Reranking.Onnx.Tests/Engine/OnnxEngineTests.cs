using System.Collections.Concurrent;
using CsCheck;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>A request on its way through the engine, without pairs and tokenizers.</summary>
public sealed class OnnxEngineTests
{
    [Fact]
    public async Task RunAsync_AnyLengthsInAnyPlan_ReadsEachInputOnceAndToTheSameLogit()
    {
        using var model = new TinyModel();
        using OnnxEngine engine = model.CreateEngine();

        await Gen.Select(Gen.Int[1, 30].Array[1, 12], Gen.Int[1, 120]).SampleAsync(async (lengths, maxTokens) =>
        {
            using TokenizedInputs inputs = TinyModel.Inputs(lengths);
            Dictionary<int, (int TokenCount, float Logit)> alone = await RunAsync(engine, inputs, RunPlan.OneByOne(inputs));
            Dictionary<int, (int TokenCount, float Logit)> batched = await RunAsync(engine, inputs, RunPlan.Batches(inputs, maxTokens));

            for (int i = 0; i < lengths.Length; i++)
            {
                Assert.Equal(lengths[i], alone[i].TokenCount);
                Assert.Equal(lengths[i], batched[i].TokenCount);
                Assert.Equal(alone[i].Logit, batched[i].Logit, 1e-4);
            }
        }, iter: 25);
    }

    [Fact]
    public async Task Dispose_RequestUnderWay_KeepsTheSessionOpenUntilItHasEnded()
    {
        using var model = new TinyModel();
        OnnxEngine engine = model.CreateEngine();
        using TokenizedInputs inputs = TinyModel.Inputs(3);
        Assert.True(engine.References.TryAcquire());

        engine.Dispose();

        Assert.Single(await RunAsync(engine, inputs, engine.Plan(inputs)));
        engine.References.Release();
        Assert.False(engine.References.TryAcquire());
    }

    [Fact]
    public async Task RunAsync_ReaderFails_EndsWithItsExceptionAndServesTheNextRequest()
    {
        using var model = new TinyModel();
        using OnnxEngine engine = model.CreateEngine();
        using TokenizedInputs inputs = TinyModel.Inputs(3, 2, 1);

        var exception = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => engine.RunAsync(
            inputs, engine.Plan(inputs), static (index, _, _) => throw new InvalidTimeZoneException($"row {index}"), CancellationToken.None));

        Assert.StartsWith("row ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync(engine, inputs, engine.Plan(inputs))).Count);
    }

    [Fact]
    public async Task RunAsync_IdBeyondTheVocabulary_NamesTheModelAndTheInputs()
    {
        using var model = new TinyModel();
        using OnnxEngine engine = model.CreateEngine();
        using var inputs = new TokenizedInputs(1);
        inputs.Add(2, out Span<long> ids, out Span<long> typeIds);
        ids.Fill(10_000_000);
        typeIds.Clear();

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => RunAsync(engine, inputs, engine.Plan(inputs)));

        Assert.StartsWith($"Model '{model.Profile.Folder.ModelId}' failed on 1 inputs of up to 2 tokens: ", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
    }

    [Fact]
    public async Task RunAsync_NoInputs_ReadsNothing()
    {
        using var model = new TinyModel();
        using OnnxEngine engine = model.CreateEngine();
        using TokenizedInputs inputs = TinyModel.Inputs();

        Assert.Empty(await RunAsync(engine, inputs, engine.Plan(inputs)));
        Assert.Empty(await RunAsync(engine, inputs, RunPlan.Batches(inputs, 100)));
    }

    [Fact]
    public void Plan_OnACpu_IsOneInputPerRunAndOnAnAcceleratorIsBatches()
    {
        using var model = new TinyModel();
        using OnnxEngine onCpu = model.CreateEngine();
        using var other = new TinyModel();
        using OnnxEngine onGpu = other.CreateEngine(other.With(new OnnxScorerOptions { ExecutionProvider = OnnxExecutionProvider.Cuda, MaxBatchTokens = 512 }));
        using TokenizedInputs inputs = TinyModel.Inputs([.. Enumerable.Repeat(100, 12)]);

        Assert.Equal(12, onCpu.Plan(inputs).Count);
        Assert.Equal(3, onGpu.Plan(inputs).Count);   // 5 of 100 tokens fit 512
    }

    [Theory]
    [InlineData(50, true, false, 16_384)]
    [InlineData(1 << 20, true, false, 256)]        // 1 GiB for all logits
    [InlineData(1 << 20, true, true, 16_384)]      // the graph returns those of the last position only
    [InlineData(1 << 20, false, false, 16_384)]
    public void MaxBatchTokens_LogitsOfALanguageModel_FitTheMemoryForThem(int width, bool isTokenLogits, bool hasOnePosition, int expected)
    {
        using var model = new TinyModel();
        ModelOutput output = model.Profile.Output with { Width = width, IsTokenLogits = isTokenLogits, HasOnePosition = hasOnePosition };
        using OnnxEngine engine = model.CreateEngine(model.Profile with { Output = output });

        Assert.Equal(expected, engine.MaxBatchTokens);
    }

    [Fact]
    public async Task RunAsync_LongInputsShortInputsAndBackground_RunByTokensAndTheBackgroundLast()
    {
        using var model = new TinyModel();
        var options = new OnnxScorerOptions { MaxConcurrency = 61 };   // slots that no other test shares
        using OnnxEngine engine = model.CreateEngine(model.With(options));
        InferenceScheduler scheduler = InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, options.MaxConcurrency);
        using var taken = new CountdownEvent(60);
        using var queued = new ManualResetEventSlim();
        Task others = scheduler.RunAsync(
            60,
            static _ => 1,
            _ =>
            {
                taken.Signal();
                queued.Wait();
            },
            isBackground: false,
            CancellationToken.None);
        taken.Wait(TestContext.Current.CancellationToken);   // one slot is left
        var order = new ConcurrentQueue<char>();
        using var started = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        Task gate = scheduler.RunAsync(
            1,
            static _ => 1,
            _ =>
            {
                started.Set();
                release.Wait();
            },
            isBackground: false,
            CancellationToken.None);
        started.Wait(TestContext.Current.CancellationToken);
        using TokenizedInputs background = TinyModel.Inputs(4);
        using TokenizedInputs few = TinyModel.Inputs(30, 30);
        using TokenizedInputs many = TinyModel.Inputs(5, 5, 5, 5);

        Task[] running =
        [
            engine.RunAsync(background, engine.Plan(background), (_, _, _) => order.Enqueue('b'), isBackground: true, CancellationToken.None),
            engine.RunAsync(few, engine.Plan(few), (_, _, _) => order.Enqueue('L'), isBackground: false, CancellationToken.None),
            engine.RunAsync(many, engine.Plan(many), (_, _, _) => order.Enqueue('s'), isBackground: false, CancellationToken.None),
        ];
        release.Set();
        await Task.WhenAll([gate, .. running]);
        queued.Set();
        await others;

        // 64 tokens of the others go before 4 of the background; together they have 80.
        Assert.Equal("ssssLLb", string.Concat(order));
    }

    private static async Task<Dictionary<int, (int TokenCount, float Logit)>> RunAsync(OnnxEngine engine, TokenizedInputs inputs, RunPlan plan)
    {
        ConcurrentQueue<(int Index, int TokenCount, float Logit)> rows = [];
        await engine.RunAsync(inputs, plan, (index, tokenCount, values) => rows.Enqueue((index, tokenCount, values[0])), CancellationToken.None);
        return rows.ToDictionary(static row => row.Index, static row => (row.TokenCount, row.Logit));   // throws if an input was read twice
    }
}

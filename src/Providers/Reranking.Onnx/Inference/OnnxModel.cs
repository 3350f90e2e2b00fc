using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx;

/// <summary>A loaded encoder: its tokenizer, its session, and runs over both.</summary>
/// <remarks>Thread-safe. The session is closed when the owner has disposed the model and the last request that holds it has ended.</remarks>
internal sealed partial class OnnxModel : IDisposable
{
    // The rows of a bi-encoder for one input of 8,192 tokens and 1,024 dimensions; what a larger batch took is let go.
    private const long MaxKeptBufferSize = 64L << 20;

    private readonly InferenceSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly bool _narrowInputs;
    private readonly bool _halfOutput;
    private readonly int _padTokenId;
    private readonly InferenceScheduler _scheduler;
    private readonly ConcurrentBag<RunBuffers> _buffers = [];
    private int _holders = 1;

    private OnnxModel(ModelFolder folder, ModelConfiguration configuration, Tokenizer tokenizer, InferenceSession session, string outputName)
    {
        Folder = folder;
        Configuration = configuration;
        Tokenizer = tokenizer;
        MaxTokens = SettleMaxTokens(folder, configuration);
        _session = session;
        _inputNames = SettleInputs(folder, session.InputMetadata);
        _narrowInputs = session.InputMetadata["input_ids"].ElementDataType == TensorElementType.Int32;
        _outputNames = [SettleOutput(folder, session.OutputMetadata, outputName)];
        NodeMetadata output = session.OutputMetadata[_outputNames[0]];
        _halfOutput = output.ElementDataType == TensorElementType.Float16;
        OutputRank = output.Dimensions.Length;
        OutputWidth = OutputRank == 1 ? 1 : output.Dimensions[^1];
        _padTokenId = configuration.PadTokenId ?? tokenizer.PadTokenId ?? 0;
        _scheduler = InferenceScheduler.ForProcess(folder.Options.ExecutionProvider, folder.Options.MaxConcurrency);
    }

    public ModelFolder Folder { get; }

    public ModelConfiguration Configuration { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>Gets the longest input in tokens, special tokens included.</summary>
    public int MaxTokens { get; }

    /// <summary>Gets how many dimensions the output has: 1 to 3.</summary>
    public int OutputRank { get; }

    /// <summary>Gets how many numbers an input, or a token of it, gets: the labels of a cross-encoder, the dimensions of a bi-encoder; -1 where the graph leaves it open.</summary>
    public int OutputWidth { get; private set; }

    /// <summary>Loads a model and checks that its parts fit together.</summary>
    /// <exception cref="RelevanceScoringException">A file is missing or damaged, or the parts do not fit.</exception>
    public static OnnxModel Load(ModelFolder folder, string outputName)
    {
        ModelConfiguration configuration = ModelConfiguration.Read(folder);
        Tokenizer tokenizer = Tokenizer.Load(folder.TokenizerFile);
        if (configuration.VocabularySize is { } size && tokenizer.VocabularySize > size)
        {
            throw new RelevanceScoringException(
                $"'{folder.TokenizerFile}' has {tokenizer.VocabularySize} tokens, but the model in '{folder.Path}' knows {size} (vocab_size of config.json). Expected the tokenizer that belongs to the model. Check {folder.Options.SettingsPath}:ModelPath.");
        }

        InferenceSession session = SessionFactory.Open(folder.ModelFile, folder.Options);
        try
        {
            return new OnnxModel(folder, configuration, tokenizer, session, outputName);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the session open for a request.</summary>
    /// <returns><see langword="false"/> when the model is closed already.</returns>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    /// <summary>Gives back what <see cref="TryHold"/> or the creation of the model took.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _session.Dispose();
        }
    }

    /// <summary>Plans the runs of a request: one by one on the CPU, in padded batches elsewhere.</summary>
    public RunPlan Plan(ModelInputs inputs) =>
        Folder.Options.ExecutionProvider == OnnxExecutionProvider.Cpu ? RunPlan.OneByOne(inputs) : RunPlan.Batches(inputs, Folder.Options.MaxBatchTokens);

    /// <summary>Runs all inputs of a request.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="plan">Which of them go into which run.</param>
    /// <param name="readRow">Takes the position of an input, its length in tokens and its part of the output; called from several threads at once, once an input.</param>
    /// <param name="cancellationToken">Stops also the runs under way.</param>
    public async Task RunAsync(ModelInputs inputs, RunPlan plan, RowReader readRow, CancellationToken cancellationToken)
    {
        using var options = new RequestRunOptions(Folder.Options.ExecutionProvider, firstShrinking: plan.Count - _scheduler.MaxConcurrency);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static options => ((RequestRunOptions)options!).Terminate(), options);
        await using (registration.ConfigureAwait(false))
        {
            await _scheduler.RunAsync(plan.Count, run => Run(inputs, plan[run], options[run], readRow), cancellationToken).ConfigureAwait(false);
        }
    }

    private void Run(ModelInputs inputs, ReadOnlySpan<int> batch, RunOptions runOptions, RowReader readRow)
    {
        RunBuffers buffers = _buffers.TryTake(out RunBuffers? used) ? used : new RunBuffers();
        int length = inputs.Length(batch[0]);
        try
        {
            Fill(inputs, batch, length, buffers);
            ReadOnlySpan<float> output = Run(batch.Length, length, buffers, runOptions);
            int rowSize = output.Length / batch.Length;
            for (int row = 0; row < batch.Length; row++)
            {
                readRow(batch[row], inputs.Length(batch[row]), output.Slice(row * rowSize, rowSize));
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new RelevanceScoringException($"Model '{Folder.ModelId}' failed on {batch.Length} inputs of up to {length} tokens: {exception.Message}", exception);
        }
        finally
        {
            if (buffers.Size <= MaxKeptBufferSize)
            {
                _buffers.Add(buffers);
            }
        }
    }

    private void Fill(ModelInputs inputs, ReadOnlySpan<int> batch, int length, RunBuffers buffers)
    {
        Span<long> ids = buffers.Ids(batch.Length * length).Span;
        Span<long> types = buffers.Types(ids.Length).Span;
        Span<long> mask = buffers.Mask(ids.Length).Span;
        mask.Fill(1);
        for (int row = 0; row < batch.Length; row++)
        {
            int start = row * length;
            int used = inputs.Length(batch[row]);
            inputs.Write(batch[row], ids.Slice(start, used), types.Slice(start, used));

            int padding = length - used;
            ids.Slice(start + used, padding).Fill(_padTokenId);
            types.Slice(start + used, padding).Clear();
            mask.Slice(start + used, padding).Clear();
        }
    }

    private ReadOnlySpan<float> Run(int batchSize, int length, RunBuffers buffers, RunOptions runOptions)
    {
        buffers.InputShape[0] = batchSize;
        buffers.InputShape[1] = length;
        var inputs = new OrtValue[_inputNames.Length];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Memory<long> values = _inputNames[i] switch
                {
                    "input_ids" => buffers.Ids(batchSize * length),
                    "attention_mask" => buffers.Mask(batchSize * length),
                    _ => buffers.Types(batchSize * length),
                };
                inputs[i] = _narrowInputs
                    ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Narrow(values.Span, i, inputs.Length), buffers.InputShape)
                    : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, buffers.InputShape);
            }

            long[] shape = OutputShape(batchSize, length);
            int size = (int)ShapeUtils.GetSizeForShape(shape);
            using OrtValue output = _halfOutput
                ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.HalfOutput(size), shape)
                : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Output(size), shape);
            _session.Run(runOptions, _inputNames, inputs, _outputNames, [output]);
            return Read(buffers, size);
        }
        finally
        {
            foreach (OrtValue? input in inputs)
            {
                input?.Dispose();
            }
        }
    }

    private ReadOnlySpan<float> Read(RunBuffers buffers, int size)
    {
        Span<float> floats = buffers.Output(size).Span;
        if (_halfOutput)
        {
            ReadOnlySpan<Float16> halves = buffers.HalfOutput(size).Span;
            for (int i = 0; i < halves.Length; i++)
            {
                floats[i] = (float)halves[i];
            }
        }

        return floats;
    }

    // One number a row for a scorer, whatever the rank; one vector a token for an embedding model.
    private long[] OutputShape(int batchSize, int length) => OutputRank switch
    {
        1 => [batchSize],
        2 => [batchSize, OutputWidth],
        _ => [batchSize, OutputWidth == 1 ? 1 : length, OutputWidth],
    };
}

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

    // What the logits of a language model take in all runs under way, unless a single input takes more: about 1,770 tokens of Qwen3.
    private const long MaxTokenLogitsSize = 1L << 30;

    private readonly InferenceSession _session;
    private readonly GraphInputs _inputs;
    private readonly string[] _outputNames;
    private readonly TensorElementType _outputType;
    private readonly bool _hasOnePosition;
    private readonly NativeMemoryPool _tokenLogits = new(MaxTokenLogitsSize);
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
        _inputs = new GraphInputs(folder, session.InputMetadata, configuration.FirstPosition, configuration.PadTokenId ?? tokenizer.PadTokenId ?? 0);
        _outputNames = [SettleOutput(folder, session.OutputMetadata, outputName)];
        NodeMetadata output = session.OutputMetadata[_outputNames[0]];
        _outputType = output.ElementDataType;
        OutputRank = output.Dimensions.Length;
        OutputWidth = OutputRank == 1 ? 1 : output.Dimensions[^1];
        _hasOnePosition = OutputRank == 2 || output.Dimensions is [_, 1, _];
        if (OutputRank > 1 && (OutputWidth < 1 ? configuration.IsLanguageModel : OutputWidth >= tokenizer.VocabularySize))
        {
            GivesLogitsOfTokens = true;
            SettleOutputWidth(configuration.VocabularySize ?? tokenizer.VocabularySize);
        }

        _scheduler = InferenceScheduler.ForProcess(folder.Options.ExecutionProvider, folder.Options.MaxConcurrency);
    }

    public ModelFolder Folder { get; }

    public ModelConfiguration Configuration { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>Gets the longest input in tokens, special tokens included.</summary>
    public int MaxTokens { get; private set; }

    /// <summary>Gets a value indicating whether the output has a number for each token of the vocabulary: the model is a language model.</summary>
    public bool GivesLogitsOfTokens { get; }

    /// <summary>Gets how many dimensions the output has: 1 to 3.</summary>
    public int OutputRank { get; }

    /// <summary>Gets how many numbers an input, or a token of it, gets: the labels of a cross-encoder, the dimensions of a bi-encoder; -1 where the graph leaves it open.</summary>
    public int OutputWidth { get; private set; }

    /// <summary>Gets how many tokens a padded batch has at most, unless a single input has more.</summary>
    public int MaxBatchTokens => GivesLogitsOfTokens && !_hasOnePosition
        ? (int)Math.Min(Folder.Options.MaxBatchTokens, MaxTokenLogitsSize / sizeof(float) / OutputWidth)
        : Folder.Options.MaxBatchTokens;

    /// <summary>Gets a value indicating whether the output has a vector a token, as that of a bi-encoder.</summary>
    public bool GivesVectors => !GivesLogitsOfTokens && OutputRank == 3 && !_hasOnePosition && OutputWidth != 1;

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
        Folder.Options.ExecutionProvider == OnnxExecutionProvider.Cpu ? RunPlan.OneByOne(inputs) : RunPlan.Batches(inputs, MaxBatchTokens);

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
            try
            {
                await _scheduler.RunAsync(plan.Count, run => Run(inputs, plan[run], options[run], readRow, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _tokenLogits.Trim();
            }
        }
    }

    private void Run(ModelInputs inputs, ReadOnlySpan<int> batch, RunOptions runOptions, RowReader readRow, CancellationToken cancellationToken)
    {
        RunBuffers buffers = _buffers.TryTake(out RunBuffers? used) ? used : new RunBuffers();
        int length = inputs.Length(batch[0]);
        try
        {
            _inputs.Fill(inputs, batch, length, buffers);
            if (GivesLogitsOfTokens)
            {
                RunLanguageModel(inputs, batch, length, buffers, runOptions, readRow, cancellationToken);
            }
            else
            {
                RunEncoder(inputs, batch, length, buffers, runOptions, readRow);
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

    private void RunLanguageModel(ModelInputs inputs, ReadOnlySpan<int> batch, int length, RunBuffers buffers, RunOptions runOptions, RowReader readRow, CancellationToken cancellationToken)
    {
        int positions = _hasOnePosition ? 1 : length;
        using var logits = new TokenLogits(_tokenLogits, _outputType, batch.Length, positions, OutputWidth, cancellationToken);
        Run(batch.Length, length, buffers, runOptions, logits.Bind(OutputRank == 2 ? [batch.Length, OutputWidth] : [batch.Length, positions, OutputWidth]));
        for (int row = 0; row < batch.Length; row++)
        {
            readRow(batch[row], inputs.Length(batch[row]), logits.Last(row, buffers));
        }
    }

    private void RunEncoder(ModelInputs inputs, ReadOnlySpan<int> batch, int length, RunBuffers buffers, RunOptions runOptions, RowReader readRow)
    {
        bool isHalf = _outputType == TensorElementType.Float16;
        long[] shape = OutputShape(batch.Length, length);
        int size = (int)ShapeUtils.GetSizeForShape(shape);
        Run(batch.Length, length, buffers, runOptions, isHalf
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.HalfOutput(size), shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Output(size), shape));
        ReadOnlySpan<float> output = isHalf ? RunBuffers.Widen(buffers.HalfOutput(size).Span, buffers.Output(size).Span) : buffers.Output(size).Span;
        int rowSize = size / batch.Length;
        for (int row = 0; row < batch.Length; row++)
        {
            readRow(batch[row], inputs.Length(batch[row]), output.Slice(row * rowSize, rowSize));
        }
    }

    private void Run(int batchSize, int length, RunBuffers buffers, RunOptions runOptions, OrtValue output)
    {
        using (output)
        {
            OrtValue[] inputs = _inputs.Bind(batchSize, length, buffers);
            try
            {
                _session.Run(runOptions, _inputs.Names, inputs, _outputNames, [output]);
            }
            finally
            {
                GraphInputs.Release(inputs);
            }
        }
    }

    // One number a label for a scorer, whatever the rank; one vector a token for an embedding model.
    private long[] OutputShape(int batchSize, int length) => OutputRank switch
    {
        1 => [batchSize],
        2 => [batchSize, OutputWidth],
        _ => [batchSize, _hasOnePosition || OutputWidth == 1 ? 1 : length, OutputWidth],
    };
}

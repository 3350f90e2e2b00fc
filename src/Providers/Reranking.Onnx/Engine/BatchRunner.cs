using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Engine;

/// <summary>Runs one batch through a session: buffers in, rows out.</summary>
/// <remarks>Thread-safe; the buffers are kept for the next runs.</remarks>
internal sealed class BatchRunner
{
    /// <summary>What the logits of a language model take in all runs under way, unless a single input takes more: about 1,770 tokens of Qwen3.</summary>
    public const long MaxTokenLogitsSize = 1L << 30;

    // The rows of a bi-encoder for one input of 8,192 tokens and 1,024 dimensions; buffers that a larger batch needed are not kept.
    private const long MaxKeptBufferSize = 64L << 20;

    private readonly InferenceSession _session;
    private readonly ModelProfile _profile;
    private readonly GraphInputs _graphInputs;
    private readonly string[] _outputNames;
    private readonly NativeMemoryPool _tokenLogits = new(MaxTokenLogitsSize);
    private readonly ConcurrentBag<RunBuffers> _buffers = [];

    /// <summary>Initializes a new instance of the <see cref="BatchRunner"/> class.</summary>
    /// <exception cref="RelevanceScoringException">The graph has an input that can't be fed.</exception>
    public BatchRunner(InferenceSession session, ModelProfile profile)
    {
        _session = session;
        _profile = profile;
        _graphInputs = new GraphInputs(profile, session.InputMetadata);
        _outputNames = [profile.Output.Name];
    }

    /// <summary>Runs a batch.</summary>
    /// <param name="inputs">The inputs of the request.</param>
    /// <param name="batch">The positions of those to run, the longest first.</param>
    /// <param name="runOptions">Those of the request.</param>
    /// <param name="readRow">Takes the output of each input.</param>
    /// <param name="cancellationToken">Stops the waiting for memory.</param>
    public void Run(TokenizedInputs inputs, ReadOnlySpan<int> batch, RunOptions runOptions, RowReader readRow, CancellationToken cancellationToken)
    {
        RunBuffers buffers = _buffers.TryTake(out RunBuffers? used) ? used : new RunBuffers();
        int length = inputs.Length(batch[0]);
        try
        {
            _graphInputs.Fill(inputs, batch, length, buffers);
            if (_profile.Output.IsTokenLogits)
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
            throw new RelevanceScoringException(
                $"Model '{_profile.Folder.ModelId}' failed on {batch.Length} inputs of up to {length} tokens: {exception.Message}", exception);
        }
        finally
        {
            if (buffers.Size <= MaxKeptBufferSize)
            {
                _buffers.Add(buffers);
            }
        }
    }

    /// <summary>Returns idle memory to the system.</summary>
    public void Trim() => _tokenLogits.Trim();

    private void RunLanguageModel(
        TokenizedInputs inputs,
        ReadOnlySpan<int> batch,
        int length,
        RunBuffers buffers,
        RunOptions runOptions,
        RowReader readRow,
        CancellationToken cancellationToken)
    {
        ModelOutput output = _profile.Output;
        int positions = output.HasOnePosition ? 1 : length;
        using var logits = new TokenLogits(_tokenLogits, output.Type, batch.Length, positions, output.Width, cancellationToken);
        Run(batch.Length, length, buffers, runOptions, logits.Bind(output.Shape(batch.Length, length)));
        for (int row = 0; row < batch.Length; row++)
        {
            readRow(batch[row], inputs.Length(batch[row]), logits.Last(row, buffers));
        }
    }

    private void RunEncoder(
        TokenizedInputs inputs,
        ReadOnlySpan<int> batch,
        int length,
        RunBuffers buffers,
        RunOptions runOptions,
        RowReader readRow)
    {
        bool isHalf = _profile.Output.Type == TensorElementType.Float16;
        long[] shape = _profile.Output.Shape(batch.Length, length);
        long count = shape.Aggregate(1L, static (product, dimension) => product * dimension);   // each at most a million or so
        if (count > Array.MaxLength)
        {
            throw new RelevanceScoringException(
                $"Model '{_profile.Folder.ModelId}' returns {count} numbers for {batch.Length} inputs of up to {length} tokens; "
                + $"expected at most {Array.MaxLength}. Lower {_profile.Folder.Options.SettingsPath}:{nameof(OnnxModelOptions.MaxInputTokens)}.");
        }

        int size = (int)count;
        Run(batch.Length, length, buffers, runOptions, isHalf
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.HalfOutput(size), shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Output(size), shape));
        ReadOnlySpan<float> output =
            isHalf ? RunBuffers.Widen(buffers.HalfOutput(size).Span, buffers.Output(size).Span) : buffers.Output(size).Span;
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
            OrtValue[] inputs = _graphInputs.Bind(batchSize, length, buffers);
            try
            {
                _session.Run(runOptions, _graphInputs.Names, inputs, _outputNames, [output]);
            }
            finally
            {
                GraphInputs.Release(inputs);
            }
        }
    }
}

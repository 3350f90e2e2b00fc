using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Engine;

/// <summary>Runs one input through some of the parts that a model was cut into: ids or hidden states in, hidden states or a row out.</summary>
/// <remarks>Thread-safe. The parts share the weights of the model's file; a part hands its output to the next one where it lies.</remarks>
internal sealed class PartRunner : IDisposable
{
    private readonly InferenceSession[] _sessions;
    private readonly ModelProfile _profile;
    private readonly EarlyExitFile _file;
    private readonly GraphInputs _graphInputs;
    private readonly string[][] _inputNames;
    private readonly int[][] _inputIndices;
    private readonly ConcurrentBag<RunBuffers> _buffers = [];

    /// <summary>Initializes a new instance of the <see cref="PartRunner"/> class.</summary>
    /// <param name="sessions">The sessions of the parts, which are the runner's from now on.</param>
    /// <param name="profile">What is known about the model.</param>
    /// <param name="file">What is known about the parts.</param>
    /// <exception cref="RelevanceScoringException">A part has an input that can't be fed; the sessions stay the caller's.</exception>
    public PartRunner(InferenceSession[] sessions, ModelProfile profile, EarlyExitFile file)
    {
        _sessions = sessions;
        _profile = profile;
        _file = file;
        var inputs = new Dictionary<string, NodeMetadata>(StringComparer.Ordinal);
        foreach ((string name, NodeMetadata input) in sessions.SelectMany(static session => session.InputMetadata))
        {
            if (!file.Boundaries.Contains(name))
            {
                inputs.TryAdd(name, input);
            }
        }

        _graphInputs = new GraphInputs(profile, inputs);
        _inputNames = [.. sessions.Select(static session => session.InputMetadata.Keys.ToArray())];
        _inputIndices = [.. _inputNames.Select(names => names.Select(name => Array.IndexOf(_graphInputs.Names, name)).ToArray())];
        for (int i = 0; i < file.Boundaries.Count; i++)
        {
            CheckBoundary(file.Parts[i], file.Boundaries[i], sessions[i].OutputMetadata);
            CheckBoundary(file.Parts[i + 1], file.Boundaries[i], sessions[i + 1].InputMetadata);
        }
    }

    /// <summary>Gets the number of parts.</summary>
    public int Count => _sessions.Length;

    /// <summary>Gets how many numbers a token has between the parts.</summary>
    public int HiddenSize => _file.HiddenSize;

    /// <summary>Returns how much of the model some parts are, from 0 to 1.</summary>
    public double ShareOf(int firstPart, int endPart) => (double)(LayersBefore(endPart) - LayersBefore(firstPart)) / _file.LayerCount;

    /// <summary>Runs parts up to hidden states.</summary>
    /// <param name="inputs">The inputs of the request.</param>
    /// <param name="index">The input to run.</param>
    /// <param name="firstPart">The part to begin with.</param>
    /// <param name="endPart">The part before which it ends.</param>
    /// <param name="start">The hidden states to begin with, or nothing for the first part.</param>
    /// <param name="result">Where the hidden states go.</param>
    /// <param name="runOptions">Those of the request.</param>
    public void RunToStates(
        TokenizedInputs inputs, int index, int firstPart, int endPart, Memory<float> start, Memory<float> result, RunOptions runOptions) =>
        Run(inputs, index, firstPart, endPart, start, result, runOptions, readRow: null);

    /// <summary>Runs parts to the end of the model.</summary>
    /// <param name="inputs">The inputs of the request.</param>
    /// <param name="index">The input to run.</param>
    /// <param name="firstPart">The part to begin with.</param>
    /// <param name="start">The hidden states to begin with, or nothing for the first part.</param>
    /// <param name="runOptions">Those of the request.</param>
    /// <param name="readRow">Takes the output.</param>
    public void RunToEnd(TokenizedInputs inputs, int index, int firstPart, Memory<float> start, RunOptions runOptions, RowReader readRow) =>
        Run(inputs, index, firstPart, Count, start, default, runOptions, readRow);

    public void Dispose()
    {
        foreach (InferenceSession session in _sessions)
        {
            session.Dispose();
        }
    }

    private int LayersBefore(int part) => part == 0 ? 0 : part == Count ? _file.LayerCount : _file.Probes[part - 1].Layer;

    private void Run(
        TokenizedInputs inputs,
        int index,
        int firstPart,
        int endPart,
        Memory<float> start,
        Memory<float> result,
        RunOptions runOptions,
        RowReader? readRow)
    {
        int length = inputs.Length(index);
        RunBuffers buffers = _buffers.TryTake(out RunBuffers? used) ? used : new RunBuffers();
        float[]?[] scratch = new float[]?[2];   // in turns: what a part reads, it must not write
        long[] shape = [1, length, HiddenSize];
        try
        {
            _graphInputs.Fill(inputs, [index], length, buffers);
            OrtValue[] values = _graphInputs.Bind(1, length, buffers);
            try
            {
                Memory<float> states = start;
                for (int part = firstPart; part < endPart; part++)
                {
                    if (part == Count - 1)
                    {
                        RunLast(part, index, length, states, shape, values, buffers, runOptions, readRow!);
                        return;
                    }

                    Memory<float> output = part == endPart - 1 ? result : Scratch(part & 1);
                    using OrtValue value = Wrap(output, shape);
                    Run(part, states, shape, values, _file.Boundaries[part], value, runOptions);
                    states = output;
                }
            }
            finally
            {
                GraphInputs.Release(values);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new RelevanceScoringException(
                $"Model '{_profile.Folder.ModelId}' failed on an input of {length} tokens, in parts {firstPart + 1} to {endPart} of {Count}: "
                + exception.Message,
                exception);
        }
        finally
        {
            foreach (float[]? array in scratch)
            {
                if (array is not null)
                {
                    ArrayPool<float>.Shared.Return(array);
                }
            }

            _buffers.Add(buffers);
        }

        Memory<float> Scratch(int side)
        {
            int size = length * HiddenSize;
            return (scratch[side] ??= ArrayPool<float>.Shared.Rent(size)).AsMemory(0, size);
        }
    }

    private void RunLast(
        int part,
        int index,
        int length,
        Memory<float> states,
        long[] shape,
        OrtValue[] values,
        RunBuffers buffers,
        RunOptions runOptions,
        RowReader readRow)
    {
        ModelOutput output = _profile.Output;
        long[] outputShape = output.Shape(1, length);
        int size = (int)outputShape.Aggregate(1L, static (product, dimension) => product * dimension);
        bool isHalf = output.Type == TensorElementType.Float16;
        using OrtValue value = isHalf
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.HalfOutput(size), outputShape)
            : Wrap(buffers.Output(size), outputShape);
        Run(part, states, shape, values, output.Name, value, runOptions);
        readRow(index, length, isHalf ? RunBuffers.Widen(buffers.HalfOutput(size).Span, buffers.Output(size).Span) : buffers.Output(size).Span);
    }

    private void Run(int part, Memory<float> states, long[] shape, OrtValue[] values, string outputName, OrtValue output, RunOptions runOptions)
    {
        using OrtValue? hidden = part == 0 ? null : Wrap(states, shape);
        OrtValue[] inputs = Array.ConvertAll(_inputIndices[part], i => i < 0 ? hidden! : values[i]);
        _sessions[part].Run(runOptions, _inputNames[part], inputs, [outputName], [output]);
    }

    private static OrtValue Wrap(Memory<float> memory, long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);

    private void CheckBoundary(string part, string name, IReadOnlyDictionary<string, NodeMetadata> tensors)
    {
        if (!tensors.TryGetValue(name, out NodeMetadata? tensor)
            || tensor.ElementDataType != TensorElementType.Float
            || tensor.Dimensions.Length != 3
            || (tensor.Dimensions[2] != HiddenSize && tensor.Dimensions[2] >= 0))
        {
            throw new RelevanceScoringException(
                $"'{part}' has no tensor {name} of [batch, sequence, {HiddenSize}] floats; expected what {EarlyExitFile.Name} says. "
                + "Build both again with EarlyExitBuilder of the package Reranking.Onnx.EarlyExit.");
        }
    }
}

using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx;

/// <summary>The output of a language model: a logit a token of the vocabulary, for each position or for the last one alone.</summary>
/// <remarks>
/// For 1,000 tokens and a vocabulary of 150,000 it is 600 MB, of which two numbers are read. So it lies outside of the arena and of the collected heap, and goes back to the system after the run.
/// </remarks>
internal sealed unsafe class TokenLogits : IDisposable
{
    private readonly int _positions;
    private readonly int _width;
    private readonly TensorElementType _type;
    private readonly long _bytes;
    private readonly MemoryGate _gate;
    private void* _memory;

    /// <summary>Initializes a new instance of the <see cref="TokenLogits"/> class: waits for its share of the memory, and takes it.</summary>
    public TokenLogits(MemoryGate gate, TensorElementType type, int batchSize, int positions, int width)
    {
        _gate = gate;
        _type = type;
        _positions = positions;
        _width = width;
        _bytes = (long)batchSize * positions * width * (type == TensorElementType.Float16 ? sizeof(Half) : sizeof(float));
        gate.Enter(_bytes);
        try
        {
            _memory = NativeMemory.Alloc((nuint)_bytes);
        }
        catch
        {
            gate.Leave(_bytes);
            throw;
        }
    }

    /// <summary>Makes the value that a run writes to.</summary>
    public OrtValue Bind(long[] shape) => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, _type, shape, (nint)_memory, _bytes);

    /// <summary>Gives the logits after the last token of an input, which are the answer.</summary>
    /// <param name="row">The place of the input in the batch.</param>
    /// <param name="buffers">Where half precision is widened.</param>
    public ReadOnlySpan<float> Last(int row, RunBuffers buffers)
    {
        long start = ((((long)row + 1) * _positions) - 1) * _width;
        return _type == TensorElementType.Float16
            ? RunBuffers.Widen(new ReadOnlySpan<Float16>((Float16*)_memory + start, _width), buffers.Output(_width).Span)
            : new ReadOnlySpan<float>((float*)_memory + start, _width);
    }

    public void Dispose()
    {
        if (_memory != null)
        {
            NativeMemory.Free(_memory);
            _memory = null;
            _gate.Leave(_bytes);
        }
    }
}

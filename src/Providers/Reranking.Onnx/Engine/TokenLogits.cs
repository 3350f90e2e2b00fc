using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Reranking.Onnx.Engine;

/// <summary>The output of a language model: a logit a token of the vocabulary, for each position or for the last one alone.</summary>
/// <remarks>For 1,000 tokens and a vocabulary of 150,000 it is 600 MB, of which two numbers are read.</remarks>
internal sealed unsafe class TokenLogits : IDisposable
{
    private readonly NativeMemoryPool _pool;
    private readonly NativeMemoryPool.Block _block;
    private readonly TensorElementType _type;
    private readonly int _positions;
    private readonly int _width;
    private readonly long _size;
    private bool _disposed;

    /// <summary>Initializes a new instance of the <see cref="TokenLogits"/> class: waits for its share of the memory, and takes it.</summary>
    public TokenLogits(NativeMemoryPool pool, TensorElementType type, int batchSize, int positions, int width, CancellationToken cancellationToken)
    {
        _pool = pool;
        _type = type;
        _positions = positions;
        _width = width;
        _size = (long)batchSize * positions * width * (type == TensorElementType.Float16 ? sizeof(Float16) : sizeof(float));
        _block = pool.Rent(_size, cancellationToken);
    }

    /// <summary>Creates the value that a run writes to.</summary>
    public OrtValue Bind(long[] shape) => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, _type, shape, _block.Address, _size);

    /// <summary>Returns the logits after the last token of an input, which are the answer.</summary>
    /// <param name="row">The place of the input in the batch.</param>
    /// <param name="buffers">Where half precision is widened.</param>
    public ReadOnlySpan<float> Last(int row, RunBuffers buffers)
    {
        long start = ((((long)row + 1) * _positions) - 1) * _width;
        return _type == TensorElementType.Float16
            ? RunBuffers.Widen(new ReadOnlySpan<Float16>((Float16*)_block.Address + start, _width), buffers.Output(_width).Span)
            : new ReadOnlySpan<float>((float*)_block.Address + start, _width);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _pool.Return(_block);
        }
    }
}

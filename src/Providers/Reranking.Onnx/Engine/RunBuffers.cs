using Microsoft.ML.OnnxRuntime;

namespace Reranking.Onnx.Engine;

/// <summary>The pinned memory that one run reads from and writes to; kept and used again.</summary>
internal sealed class RunBuffers
{
    private long[] _ids = [];
    private long[] _types = [];
    private long[] _mask = [];
    private long[] _positions = [];
    private int[] _narrow = [];
    private float[] _output = [];
    private Float16[] _halfOutput = [];

    /// <summary>Gets the shape of the inputs, written by the run: [batch, length].</summary>
    public long[] InputShape { get; } = new long[2];

    /// <summary>Gets how many bytes the buffers have grown to.</summary>
    public long Size =>
        ((long)(_ids.Length + _types.Length + _mask.Length + _positions.Length) * sizeof(long))
        + ((long)(_narrow.Length + _output.Length) * sizeof(int))
        + ((long)_halfOutput.Length * sizeof(short));

    public Memory<long> Ids(int length) => Memory(ref _ids, length);

    public Memory<long> Types(int length) => Memory(ref _types, length);

    public Memory<long> Mask(int length) => Memory(ref _mask, length);

    public Memory<long> Positions(int length) => Memory(ref _positions, length);

    public Memory<float> Output(int length) => Memory(ref _output, length);

    public Memory<Float16> HalfOutput(int length) => Memory(ref _halfOutput, length);

    /// <summary>Copies an input for models that take 32-bit numbers.</summary>
    /// <param name="values">The input.</param>
    /// <param name="part">Which of the inputs it is, from 0.</param>
    /// <param name="parts">How many inputs there are.</param>
    public Memory<int> Narrow(ReadOnlySpan<long> values, int part, int parts)
    {
        Memory<int> memory = Memory(ref _narrow, values.Length * parts).Slice(values.Length * part, values.Length);
        Span<int> span = memory.Span;
        for (int i = 0; i < values.Length; i++)
        {
            span[i] = (int)values[i];
        }

        return memory;
    }

    /// <summary>Copies numbers of half precision to full precision.</summary>
    public static ReadOnlySpan<float> Widen(ReadOnlySpan<Float16> halves, Span<float> floats)
    {
        for (int i = 0; i < halves.Length; i++)
        {
            floats[i] = (float)halves[i];
        }

        return floats;
    }

    /// <summary>Returns how many numbers are allocated for a length: the next power of two, but no more than an array can hold.</summary>
    internal static int CapacityFor(int length) =>
        (int)Math.Min(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 64)), (uint)Array.MaxLength);

    private static Memory<T> Memory<T>(ref T[] array, int length)
        where T : unmanaged
    {
        if (array.Length < length)
        {
            // Grows by doubling; pinned for good, so that a run costs no pinning and the collector has nothing to move.
            array = GC.AllocateUninitializedArray<T>(CapacityFor(length), pinned: true);
        }

        return array.AsMemory(0, length);
    }
}

using System.Buffers.Binary;
using System.Text.Json;

namespace Reranking.Onnx.Models;

/// <summary>Reads the tensors of a safetensors file, all of them, as 32-bit numbers.</summary>
/// <remarks>
/// The layout: 8 bytes with the length of the header, the header in JSON, then the data without gaps. Nothing that the header says is believed before it
/// was compared with the length of the file, and memory is taken for no more than the file has.
/// </remarks>
internal static class SafeTensorsFile
{
    private const int LengthSize = sizeof(long);
    private const long MaxHeaderLength = 1 << 20;   // a head has a few tensors
    private const long MaxFileLength = 1 << 30;
    private const int MaxTensors = 1_000;
    private const int MaxRank = 8;
    private const string Metadata = "__metadata__";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path.</param>
    /// <param name="setting">The setting that says where the model is, for messages.</param>
    /// <exception cref="RelevanceScoringException">The file can't be read or is not a safetensors file.</exception>
    public static IReadOnlyDictionary<string, HeadTensor> Load(string path, string setting)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            bytes = length <= MaxFileLength
                ? File.ReadAllBytes(path)
                : throw Damaged($"has {length} bytes; expected at most {MaxFileLength}", path, setting);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException($"'{path}' can't be read: {exception.Message} Check {setting}.", exception);
        }

        return Read(bytes, path, setting);
    }

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="RelevanceScoringException">It is not a safetensors file.</exception>
    public static IReadOnlyDictionary<string, HeadTensor> Read(ReadOnlyMemory<byte> file, string path, string setting)
    {
        if (file.Length < LengthSize)
        {
            throw Damaged($"has {file.Length} bytes; expected the length of its header in the first {LengthSize}", path, setting);
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (headerLength > MaxHeaderLength || headerLength > (ulong)(file.Length - LengthSize))
        {
            throw Damaged($"says that its header has {headerLength} bytes; the file has {file.Length}, and at most {MaxHeaderLength} are read", path, setting);
        }

        ReadOnlyMemory<byte> data = file[(LengthSize + (int)headerLength)..];
        try
        {
            using JsonDocument header = JsonDocument.Parse(file.Slice(LengthSize, (int)headerLength));
            return Read(header.RootElement, data.Span, path, setting);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Damaged("has a header that is not a JSON object of tensors", path, setting, exception);
        }
    }

    private static Dictionary<string, HeadTensor> Read(JsonElement header, ReadOnlySpan<byte> data, string path, string setting)
    {
        if (header.ValueKind != JsonValueKind.Object)
        {
            throw Damaged("has a header that is not a JSON object of tensors", path, setting);
        }

        var tensors = new Dictionary<string, HeadTensor>(StringComparer.Ordinal);
        List<(long Start, long End)> parts = [];
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.NameEquals(Metadata))
            {
                continue;
            }

            if (tensors.Count == MaxTensors)
            {
                throw Damaged($"has more than {MaxTensors} tensors", path, setting);
            }

            TensorEntry tensor = TensorEntry.Read(entry.Value) is { } read && read.End <= data.Length
                ? read
                : throw Damaged(
                    $"has the tensor '{entry.Name}' without dtype F32, F16 or BF16, a shape, or data_offsets that fit it and the {data.Length} bytes of data",
                    path,
                    setting);
            if (!tensors.TryAdd(entry.Name, new HeadTensor(tensor.Shape, tensor.ToFloats(data))))
            {
                throw Damaged($"has two tensors named '{entry.Name}'", path, setting);
            }

            parts.Add((tensor.Start, tensor.End));
        }

        long position = 0;
        foreach ((long start, long end) in parts.Order())
        {
            position = start == position ? end : throw Damaged($"has tensors that overlap or leave a gap at byte {position} of its data", path, setting);
        }

        if (position != data.Length)
        {
            throw Damaged($"has {data.Length} bytes of data, of which the header names {position}", path, setting);
        }

        string? broken = tensors.FirstOrDefault(static tensor => Array.Exists(tensor.Value.Values, static value => !float.IsFinite(value))).Key;
        return broken is null ? tensors : throw Damaged($"has a number in the tensor '{broken}' that is not finite", path, setting);
    }

    private static RelevanceScoringException Damaged(string problem, string path, string setting, Exception? inner = null) => ModelFileFailure.Mark(
        new RelevanceScoringException($"'{path}' {problem}. Expected the safetensors file as it was published with the model. Check {setting}.", inner), path);

    private readonly record struct TensorEntry(string Type, int[] Shape, long Start, long End)
    {
        private int Size => Type == "F32" ? sizeof(float) : sizeof(ushort);

        /// <summary>Returns what the header says of a tensor, or <see langword="null"/> if the parts of it do not fit together.</summary>
        public static TensorEntry? Read(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object
                || !value.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
                || !value.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > MaxRank
                || !value.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array
                || offsets.GetArrayLength() != 2
                || !TryInteger(offsets[0], out long start) || !TryInteger(offsets[1], out long end) || start > end
                || dtype.GetString() is not ("F32" or "F16" or "BF16"))
            {
                return null;
            }

            var entry = new TensorEntry(dtype.GetString()!, new int[shape.GetArrayLength()], start, end);
            long count = 1;
            for (int i = 0; i < entry.Shape.Length; i++)
            {
                if (!TryInteger(shape[i], out long dimension) || (dimension > 0 && count > int.MaxValue / dimension))
                {
                    return null;
                }

                entry.Shape[i] = (int)dimension;
                count *= dimension;
            }

            return count * entry.Size == end - start ? entry : null;
        }

        // The data of 16-bit files is not aligned to 4 bytes, so nothing is cast.
        public float[] ToFloats(ReadOnlySpan<byte> data)
        {
            ReadOnlySpan<byte> bytes = data[(int)Start..(int)End];
            float[] floats = new float[bytes.Length / Size];
            for (int i = 0; i < floats.Length; i++)
            {
                floats[i] = Type switch
                {
                    "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]),
                    "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * sizeof(ushort))..]),
                    _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]) << 16),   // BF16
                };
            }

            return floats;
        }

        private static bool TryInteger(JsonElement value, out long integer)
        {
            integer = 0;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out integer) && integer is >= 0 and <= int.MaxValue;
        }
    }
}

/// <summary>A tensor of a head.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its numbers, the last dimension fastest.</param>
internal sealed record HeadTensor(int[] Shape, float[] Values);

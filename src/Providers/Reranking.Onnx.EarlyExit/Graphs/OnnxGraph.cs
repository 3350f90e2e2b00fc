using Google.Protobuf;

namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>The graph of an ONNX file: what is needed to cut it, with everything else kept as the bytes that it is.</summary>
/// <remarks>Weights are not read, only where they are.</remarks>
internal sealed class OnnxGraph
{
    /// <summary>Gets the path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the fields of the model beside its graph.</summary>
    public required IReadOnlyList<RawField> ModelFields { get; init; }

    /// <summary>Gets the fields of the graph that name no tensor, as its name.</summary>
    public required IReadOnlyList<RawField> GraphFields { get; init; }

    /// <summary>Gets the operators, in an order in which each comes after those that it reads from.</summary>
    public required IReadOnlyList<GraphNode> Nodes { get; init; }

    /// <summary>Gets the weights by name.</summary>
    public required IReadOnlyDictionary<string, GraphWeight> Weights { get; init; }

    /// <summary>Gets the inputs that are not weights.</summary>
    public required IReadOnlyList<GraphValue> Inputs { get; init; }

    /// <summary>Gets the outputs.</summary>
    public required IReadOnlyList<GraphValue> Outputs { get; init; }

    /// <summary>Gets what the file says about the shapes of other tensors, and about their quantization.</summary>
    public required IReadOnlyList<(int Field, GraphValue Value)> Annotations { get; init; }
}

/// <summary>An operator.</summary>
/// <param name="Operator">Its kind, as <c>MatMul</c>.</param>
/// <param name="Inputs">The tensors that it reads; an empty name is an input that is left out.</param>
/// <param name="Captured">The tensors that graphs within it read, and more names that are of no tensor outside of them.</param>
/// <param name="Outputs">The tensors that it writes.</param>
/// <param name="Bytes">The message.</param>
internal sealed record GraphNode(string Operator, string[] Inputs, string[] Captured, string[] Outputs, ByteString Bytes)
{
    /// <summary>Gets a value indicating whether it tells only how large a tensor is, not what is in it.</summary>
    public bool ReadsShapeOnly => Operator is "Shape" or "Size";
}

/// <summary>A weight.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">The message, without the content if that stays in the file.</param>
/// <param name="Offset">Where in the file the content starts, or 0 if the message has it.</param>
/// <param name="Length">How many bytes it has, or 0.</param>
internal sealed record GraphWeight(string Name, ByteString Bytes, long Offset, long Length);

/// <summary>An input, an output or a note about another tensor.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Bytes">The message.</param>
internal sealed record GraphValue(string Name, ByteString Bytes);

/// <summary>A field of a message as the bytes that it is.</summary>
/// <param name="Tag">Its number and kind.</param>
/// <param name="Value">The number of a field of a number.</param>
/// <param name="Bytes">The content of any other field.</param>
internal readonly record struct RawField(uint Tag, ulong Value, ByteString Bytes)
{
    public int Number => WireFormat.GetTagFieldNumber(Tag);

    public static RawField Read(CodedInputStream input, uint tag) => WireFormat.GetTagWireType(tag) switch
    {
        WireFormat.WireType.Varint => new RawField(tag, input.ReadUInt64(), ByteString.Empty),
        WireFormat.WireType.Fixed64 => new RawField(tag, input.ReadFixed64(), ByteString.Empty),
        WireFormat.WireType.Fixed32 => new RawField(tag, input.ReadFixed32(), ByteString.Empty),
        WireFormat.WireType.LengthDelimited => new RawField(tag, 0, input.ReadBytes()),
        WireFormat.WireType kind => throw new InvalidDataException($"A field has the kind {kind}, which ONNX does not use."),
    };

    /// <summary>Reads all fields of a message.</summary>
    public static IEnumerable<RawField> ReadAll(ByteString message)
    {
        CodedInputStream input = message.CreateCodedInput();
        while (input.ReadTag() is not 0 and uint tag)
        {
            yield return Read(input, tag);
        }
    }

    public void Write(CodedOutputStream output)
    {
        output.WriteTag(Tag);
        switch (WireFormat.GetTagWireType(Tag))
        {
            case WireFormat.WireType.Varint:
                output.WriteUInt64(Value);
                break;
            case WireFormat.WireType.Fixed64:
                output.WriteFixed64(Value);
                break;
            case WireFormat.WireType.Fixed32:
                output.WriteFixed32((uint)Value);
                break;
            default:
                output.WriteBytes(Bytes);
                break;
        }
    }
}

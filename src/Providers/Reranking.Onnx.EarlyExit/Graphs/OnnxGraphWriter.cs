using System.Globalization;
using Google.Protobuf;

namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>Writes parts of a graph as models of their own, whose weights stay in the file of the whole.</summary>
internal static class OnnxGraphWriter
{
    private const ulong ExternalLocation = 1;
    private const ulong FloatType = 1;

    /// <summary>Writes a part.</summary>
    /// <param name="graph">The whole.</param>
    /// <param name="part">What belongs to the part.</param>
    /// <param name="path">The file, in the folder of the whole.</param>
    public static void Write(OnnxGraph graph, GraphPart part, string path)
    {
        using FileStream file = File.Create(path);
        using var output = new CodedOutputStream(file);
        foreach (RawField field in graph.ModelFields)
        {
            field.Write(output);
        }

        Field(OnnxFields.ModelGraph, Build(graph, part)).Write(output);
    }

    /// <summary>Puts fields together to a message.</summary>
    public static ByteString Message(IEnumerable<RawField> fields)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            foreach (RawField field in fields)
            {
                field.Write(output);
            }
        }

        return ByteString.CopyFrom(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static ByteString Build(OnnxGraph graph, GraphPart part)
    {
        var fields = new List<RawField>(graph.GraphFields);
        fields.AddRange(part.Nodes.Select(static node => Field(OnnxFields.GraphNode, node.Bytes)));
        fields.AddRange(part.Weights.Select(weight => Field(OnnxFields.GraphInitializer, Weight(weight, Path.GetFileName(graph.Path)))));
        fields.AddRange(part.Inputs.Select(static input => Field(OnnxFields.GraphInput, input.Bytes)));
        fields.AddRange(part.Outputs.Select(static output => Field(OnnxFields.GraphOutput, output.Bytes)));
        HashSet<string> inner = [.. part.Nodes.SelectMany(static node => node.Outputs), .. part.Weights.Select(static weight => weight.Name)];
        inner.ExceptWith(part.Inputs.Concat(part.Outputs).Select(static value => value.Name));
        fields.AddRange(graph.Annotations
            .Where(annotation => inner.Contains(annotation.Value.Name))
            .Select(static annotation => Field(annotation.Field, annotation.Value.Bytes)));
        return Message(fields);
    }

    private static ByteString Weight(GraphWeight weight, string file)
    {
        if (weight.Length == 0)
        {
            return weight.Bytes;
        }

        return Message(
        [
            .. RawField.ReadAll(weight.Bytes),
            Entry("location", file),
            Entry("offset", weight.Offset.ToString(CultureInfo.InvariantCulture)),
            Entry("length", weight.Length.ToString(CultureInfo.InvariantCulture)),
            Field(OnnxFields.TensorLocation, ExternalLocation),
        ]);

        static RawField Entry(string key, string value) => Field(OnnxFields.TensorExternal, Message([Field(1, key), Field(2, value)]));
    }

    /// <summary>Describes a tensor of [batch, sequence, size] floats.</summary>
    public static GraphValue HiddenStates(string name, int? size)
    {
        // TypeProto.tensor_type { elem_type, shape { dim, dim, dim { dim_value } } }
        ByteString last = size is { } known ? Message([Field(1, (ulong)known)]) : ByteString.Empty;
        ByteString shape = Message([Field(1, ByteString.Empty), Field(1, ByteString.Empty), Field(1, last)]);
        ByteString type = Message([Field(1, Message([Field(1, FloatType), Field(2, shape)]))]);
        return new GraphValue(name, Message([Field(OnnxFields.ValueName, name), Field(OnnxFields.ValueType, type)]));
    }

    /// <summary>Describes a tensor of floats of any shape.</summary>
    public static GraphValue Floats(string name)
    {
        ByteString type = Message([Field(1, Message([Field(1, FloatType)]))]);
        return new GraphValue(name, Message([Field(OnnxFields.ValueName, name), Field(OnnxFields.ValueType, type)]));
    }

    /// <summary>Writes an operator that reads other tensors.</summary>
    public static GraphNode Rename(GraphNode node, string[] inputs)
    {
        IEnumerable<RawField> others = RawField.ReadAll(node.Bytes).Where(static field => field.Number != OnnxFields.NodeInput);
        return node with { Inputs = inputs, Bytes = Message(inputs.Select(static input => Field(OnnxFields.NodeInput, input)).Concat(others)) };
    }

    private static RawField Field(int number, ByteString bytes) => new(WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited), 0, bytes);

    private static RawField Field(int number, string text) => Field(number, ByteString.CopyFromUtf8(text));

    private static RawField Field(int number, ulong value) => new(WireFormat.MakeTag(number, WireFormat.WireType.Varint), value, ByteString.Empty);
}

/// <summary>A part of a graph.</summary>
/// <param name="Nodes">Its operators.</param>
/// <param name="Weights">The weights that they read.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
internal sealed record GraphPart(
    IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphWeight> Weights, IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs);

using System.Text;

namespace Reranking.Onnx.Tests;

/// <summary>Writes small ONNX models for tests: the messages of onnx.proto, field by field.</summary>
internal sealed class OnnxWriter
{
    private const int Float = 1;
    private const int Int64 = 7;

    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public OnnxWriter Number(int field, long value) => Varint((ulong)field << 3).Varint((ulong)value);

    public OnnxWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2).Varint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public OnnxWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public OnnxWriter Message(int field, OnnxWriter value) => Bytes(field, value.ToArray());

    /// <summary>Returns a model whose graph reads input_ids.</summary>
    /// <param name="nodes">The nodes, from <see cref="Node"/>.</param>
    /// <param name="initializers">The weights, from <see cref="Tensor"/>.</param>
    /// <param name="outputs">The names and the dimensions of the outputs; those below 0 are open.</param>
    public static byte[] Model(OnnxWriter[] nodes, OnnxWriter[] initializers, params (string Name, int[] Dimensions)[] outputs)
    {
        var graph = new OnnxWriter();
        Array.ForEach(nodes, node => graph.Message(1, node));
        graph.Text(2, "graph");
        Array.ForEach(initializers, tensor => graph.Message(5, tensor));
        graph.Message(11, Value("input_ids", Int64, [-1, -2]));
        Array.ForEach(outputs, output => graph.Message(12, Value(output.Name, Float, output.Dimensions)));
        return new OnnxWriter().Number(1, 8).Message(7, graph).Message(8, new OnnxWriter().Text(1, "").Number(2, 11)).ToArray();
    }

    /// <summary>Returns the nodes and weights that make a row of the id of each token, its product with each factor: [batch, tokens, factors].</summary>
    public static (OnnxWriter[] Nodes, OnnxWriter Weights) TokenRows(string output, params float[] factors) =>
    (
        [
            Node("Cast", ["input_ids"], "ids_float", Attribute("to", Float)),
            Node("Unsqueeze", ["ids_float"], "ids_rows", Attribute("axes", [2])),
            Node("Mul", ["ids_rows", "factors"], output),
        ],
        Tensor("factors", factors));

    public static OnnxWriter Node(string type, string[] inputs, string output, params OnnxWriter[] attributes)
    {
        var node = new OnnxWriter();
        Array.ForEach(inputs, input => node.Text(1, input));
        node.Text(2, output).Text(4, type);
        Array.ForEach(attributes, attribute => node.Message(5, attribute));
        return node;
    }

    public static OnnxWriter Attribute(string name, long value) => new OnnxWriter().Text(1, name).Number(3, value).Number(20, 2);

    public static OnnxWriter Attribute(string name, long[] values)
    {
        OnnxWriter attribute = new OnnxWriter().Text(1, name);
        Array.ForEach(values, value => attribute.Number(8, value));
        return attribute.Number(20, 7);
    }

    public static OnnxWriter Tensor(string name, params float[] values) =>
        new OnnxWriter().Number(1, values.Length).Number(2, Float).Text(8, name).Bytes(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values));

    /// <summary>Returns a tensor whose values are in another file.</summary>
    public static OnnxWriter ExternalTensor(string location) => new OnnxWriter()
        .Number(1, 4).Number(2, Float).Text(8, "external")
        .Message(13, new OnnxWriter().Text(1, "location").Text(2, location))
        .Message(13, new OnnxWriter().Text(1, "offset").Text(2, "0"))
        .Number(14, 1);

    private static OnnxWriter Value(string name, int type, int[] dimensions)
    {
        var shape = new OnnxWriter();
        Array.ForEach(dimensions, dimension => shape.Message(
            1, dimension < 0 ? new OnnxWriter().Text(2, $"open{-dimension}") : new OnnxWriter().Number(1, dimension)));
        OnnxWriter tensor = new OnnxWriter().Number(1, type).Message(2, shape);
        return new OnnxWriter().Text(1, name).Message(2, new OnnxWriter().Message(1, tensor));
    }

    private OnnxWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
        return this;
    }
}

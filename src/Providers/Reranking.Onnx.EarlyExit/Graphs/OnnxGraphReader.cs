using Google.Protobuf;

namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>Reads the graph of an ONNX file.</summary>
internal static class OnnxGraphReader
{
    // Weights below this are written into the parts: that costs less than to look them up in another file.
    private const int MaxInlineBytes = 1_024;
    private const int FloatType = 1;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="RelevanceScoringException">The file is not an ONNX model.</exception>
    public static OnnxGraph Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(path, file);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException or EndOfStreamException)
        {
            throw new RelevanceScoringException(
                $"'{path}' can't be read as an ONNX model: {exception.Message} Expected a complete file. Fetch it again.", exception);
        }
    }

    private static OnnxGraph Read(string path, FileStream file)
    {
        var model = new List<RawField>();
        var graph = new List<RawField>();
        var nodes = new List<GraphNode>();
        var weights = new Dictionary<string, GraphWeight>(StringComparer.Ordinal);
        var inputs = new List<GraphValue>();
        var outputs = new List<GraphValue>();
        var annotations = new List<(int Field, GraphValue Value)>();
        ReadFields(file, file.Length, field =>
        {
            if (field.Number != OnnxFields.ModelGraph)
            {
                model.Add(field.ReadWhole());
                return;
            }

            ReadFields(file, field.End, part =>
            {
                switch (part.Number)
                {
                    case OnnxFields.GraphNode:
                        nodes.Add(ReadNode(part.ReadWhole().Bytes));
                        break;
                    case OnnxFields.GraphInitializer:
                        GraphWeight weight = ReadWeight(file, part.End);
                        weights[weight.Name] = weight;
                        break;
                    case OnnxFields.GraphInput:
                        inputs.Add(ReadValue(part.ReadWhole().Bytes));
                        break;
                    case OnnxFields.GraphOutput:
                        outputs.Add(ReadValue(part.ReadWhole().Bytes));
                        break;
                    case OnnxFields.GraphValueInfo or OnnxFields.GraphQuantization:
                        annotations.Add((part.Number, ReadValue(part.ReadWhole().Bytes)));
                        break;
                    default:
                        graph.Add(part.ReadWhole());
                        break;
                }
            });
        });
        return new OnnxGraph
        {
            Path = path,
            ModelFields = model,
            GraphFields = graph,
            Nodes = nodes,
            Weights = weights,
            Inputs = inputs.FindAll(input => !weights.ContainsKey(input.Name)),
            Outputs = outputs,
            Annotations = annotations,
        };
    }

    private static GraphNode ReadNode(ByteString message)
    {
        var inputs = new List<string>();
        var outputs = new List<string>();
        var captured = new List<string>();
        string name = "";
        foreach (RawField field in RawField.ReadAll(message))
        {
            switch (field.Number)
            {
                case OnnxFields.NodeInput:
                    inputs.Add(field.Bytes.ToStringUtf8());
                    break;
                case OnnxFields.NodeOutput:
                    outputs.Add(field.Bytes.ToStringUtf8());
                    break;
                case OnnxFields.NodeOperator:
                    name = field.Bytes.ToStringUtf8();
                    break;
                case OnnxFields.NodeAttribute:
                    Capture(field.Bytes, captured);
                    break;
            }
        }

        return new GraphNode(name, [.. inputs], [.. captured], [.. outputs], message);
    }

    // A graph within an operator sees the tensors around it. Names of its own are not tensors outside, and do no harm.
    private static void Capture(ByteString attribute, List<string> captured)
    {
        foreach (RawField graph in RawField.ReadAll(attribute).Where(static field => field.Number is OnnxFields.AttributeGraph or OnnxFields.AttributeGraphs))
        {
            foreach (RawField part in RawField.ReadAll(graph.Bytes))
            {
                if (part.Number == OnnxFields.GraphNode)
                {
                    GraphNode node = ReadNode(part.Bytes);
                    captured.AddRange(node.Inputs);
                    captured.AddRange(node.Captured);
                }
                else if (part.Number == OnnxFields.GraphOutput)
                {
                    captured.Add(ReadValue(part.Bytes).Name);
                }
            }
        }
    }

    private static GraphValue ReadValue(ByteString message) =>
        new(RawField.ReadAll(message).First(static field => field.Number == OnnxFields.ValueName).Bytes.ToStringUtf8(), message);

    private static GraphWeight ReadWeight(FileStream file, long end)
    {
        var fields = new List<RawField>();
        string name = "";
        ulong type = 0;
        (long Offset, long Length, uint Tag) content = default;
        ReadFields(file, end, field =>
        {
            // Floats in a field of their own are the same bytes.
            if (field.Number is OnnxFields.TensorBytes or OnnxFields.TensorFloats && field.End - file.Position > MaxInlineBytes)
            {
                content = (file.Position, field.End - file.Position, field.Tag);
                return;
            }

            RawField whole = field.ReadWhole();
            fields.Add(whole);
            (name, type) = whole.Number switch
            {
                OnnxFields.TensorName => (whole.Bytes.ToStringUtf8(), type),
                OnnxFields.TensorType => (name, whole.Value),
                _ => (name, type),
            };
        });
        if (WireFormat.GetTagFieldNumber(content.Tag) == OnnxFields.TensorFloats && type != FloatType)
        {
            throw new InvalidDataException($"The weight {name} of type {type} has its content in the field of another type.");
        }

        return new GraphWeight(name, OnnxGraphWriter.Message(fields), content.Offset, content.Length);
    }

    private static void ReadFields(FileStream file, long end, Action<FileField> read)
    {
        while (file.Position < end)
        {
            uint tag = (uint)ReadNumber(file);
            long start = file.Position;
            long length = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.LengthDelimited => (long)ReadNumber(file),
                WireFormat.WireType.Fixed64 => sizeof(ulong),
                WireFormat.WireType.Fixed32 => sizeof(uint),
                WireFormat.WireType.Varint => NumberLength(file),
                WireFormat.WireType kind => throw new InvalidDataException($"A field has the kind {kind}, which ONNX does not use."),
            };
            long fieldEnd = file.Position + length;
            if (length < 0 || fieldEnd > end)
            {
                throw new InvalidDataException($"A field at {start} does not end before {end}.");
            }

            read(new FileField(file, tag, fieldEnd));
            file.Position = fieldEnd;
        }
    }

    private static long NumberLength(FileStream file)
    {
        long start = file.Position;
        _ = ReadNumber(file);
        long length = file.Position - start;
        file.Position = start;
        return length;
    }

    private static ulong ReadNumber(FileStream file)
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = file.ReadByte();
            if (next < 0)
            {
                throw new EndOfStreamException("The file ends within a number.");
            }

            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("A number has more than ten bytes.");
    }

    /// <summary>A field whose content starts at the position of the file.</summary>
    private readonly record struct FileField(FileStream File, uint Tag, long End)
    {
        public int Number => WireFormat.GetTagFieldNumber(Tag);

        public RawField ReadWhole()
        {
            byte[] bytes = new byte[End - File.Position];
            File.ReadExactly(bytes);
            var content = ByteString.CopyFrom(bytes);
            CodedInputStream input = content.CreateCodedInput();
            return WireFormat.GetTagWireType(Tag) == WireFormat.WireType.LengthDelimited
                ? new RawField(Tag, 0, content)
                : RawField.Read(input, Tag);
        }
    }
}

namespace Reranking.Onnx.Models;

/// <summary>What an ONNX file says without being loaded: whether it is one, and which files hold its weights.</summary>
/// <remarks>
/// It is a message of protocol buffers: fields of a number, a kind and a length each. Only what leads to the names of the files is read; weights are skipped.
/// </remarks>
internal static class OnnxFile
{
    // A graph in a graph in a graph is already rare.
    private const int MaxDepth = 64;
    private const int MaxNameLength = 4_096;

    // The fields of onnx.proto that are followed.
    private const int ModelGraph = 7;
    private const int ModelFunctions = 25;

    // There are 26 by now; other bytes than those of a model soon lead beyond this.
    private const int HighestModelField = 127;

    private enum Message
    {
        Model,
        Graph,
        Function,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        ExternalData,
    }

    private enum WireKind
    {
        Number = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Returns whether a file is an ONNX model from its first byte to its last: all fields are whole and those of a model, with a graph.</summary>
    public static bool IsComplete(Stream file)
    {
        file.Position = 0;
        var reader = new Reader(file);
        bool hasGraph = false;
        while (file.Position < file.Length)
        {
            if (!reader.TryReadField(file.Length, out Field field) || field.Number > HighestModelField || !IsOfModel(field))
            {
                return false;
            }

            hasGraph |= field.Number == ModelGraph;
            file.Position = field.End;
        }

        return hasGraph;
    }

    /// <summary>Returns the names of the files that hold weights of a model, relative to its folder; none for a file that is not an ONNX model.</summary>
    public static IReadOnlyCollection<string> ExternalData(Stream file)
    {
        file.Position = 0;
        var names = new SortedSet<string>(StringComparer.Ordinal);
        _ = TryCollect(new Reader(file), Message.Model, file.Length, depth: 0, names);
        return names;
    }

    // The versions of format and model are numbers; names, the graph and the operator sets are bytes. What later versions add can be anything.
    private static bool IsOfModel(Field field) => field.Number switch
    {
        1 or 5 => field.Kind == WireKind.Number,
        <= 8 => field.Kind == WireKind.Bytes,
        _ => true,
    };

    private static bool TryCollect(Reader reader, Message message, long end, int depth, SortedSet<string> names)
    {
        string? key = null;
        string? value = null;
        while (reader.Position < end)
        {
            if (depth > MaxDepth || !reader.TryReadField(end, out Field field))
            {
                return false;
            }

            if (message == Message.ExternalData && field.Kind == WireKind.Bytes && field.End - reader.Position <= MaxNameLength)
            {
                string text = reader.ReadText(field);
                (key, value) = field.Number switch { 1 => (text, value), 2 => (key, text), _ => (key, value) };
            }
            else if (field.Kind == WireKind.Bytes && Child(message, field.Number) is { } child && !TryCollect(reader, child, field.End, depth + 1, names))
            {
                return false;
            }

            reader.Position = field.End;
        }

        if (key == "location" && !string.IsNullOrEmpty(value))
        {
            names.Add(value);
        }

        return true;
    }

    private static Message? Child(Message message, int field) => (message, field) switch
    {
        (Message.Model, ModelGraph) => Message.Graph,
        (Message.Model, ModelFunctions) => Message.Function,
        (Message.Graph, 1) or (Message.Function, 7) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.SparseTensor,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.Tensor, 13) => Message.ExternalData,
        _ => null,
    };

    /// <summary>A field: what it is, and where it ends.</summary>
    private readonly record struct Field(int Number, WireKind Kind, long End);

    private sealed class Reader(Stream file)
    {
        public long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        /// <summary>Reads the start of a field; afterward the position is that of its content. A field that does not end before its message is none.</summary>
        public bool TryReadField(long end, out Field field)
        {
            field = default;
            if (!TryReadNumber(end, out ulong tag) || tag >> 3 is 0 or > int.MaxValue)
            {
                return false;
            }

            var kind = (WireKind)(tag & 7);
            ulong length;
            switch (kind)
            {
                case WireKind.Number:
                    if (!TryReadNumber(end, out _))
                    {
                        return false;
                    }

                    length = 0;
                    break;
                case WireKind.Bytes:
                    if (!TryReadNumber(end, out length))
                    {
                        return false;
                    }

                    break;
                case WireKind.Fixed64:
                    length = sizeof(ulong);
                    break;
                case WireKind.Fixed32:
                    length = sizeof(uint);
                    break;
                default:
                    return false;
            }

            if (length > (ulong)(end - Position))
            {
                return false;
            }

            field = new Field((int)(tag >> 3), kind, Position + (long)length);
            return true;
        }

        public string ReadText(Field field)
        {
            byte[] bytes = new byte[field.End - Position];
            file.ReadExactly(bytes);
            return System.Text.Encoding.UTF8.GetString(bytes);
        }

        // Seven bits a byte, the lowest first; ten bytes at most.
        private bool TryReadNumber(long end, out ulong number)
        {
            number = 0;
            for (int shift = 0; shift < 64 && Position < end; shift += 7)
            {
                int next = file.ReadByte();
                if (next < 0)
                {
                    return false;
                }

                number |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return true;
                }
            }

            return false;
        }
    }
}

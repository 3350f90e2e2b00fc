using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reranking.Evaluation.Data;

/// <summary>One line of a JSON file, read with errors that say where and what, but quote no text.</summary>
internal sealed class JsonLine : IDisposable
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly int _number;
    private readonly JsonDocument _json;

    public JsonLine(string path, int number, string line)
    {
        _path = path;
        _number = number;
        try
        {
            _json = JsonDocument.Parse(line);
        }
        catch (JsonException exception)
        {
            // The message of the parser can quote the text.
            throw DataError.At(path, number, $"no JSON at character {exception.BytePositionInLine + 1}", "one JSON object a line");
        }

        if (Root.ValueKind != JsonValueKind.Object)
        {
            JsonValueKind kind = Root.ValueKind;
            _json.Dispose();
            throw DataError.At(path, number, $"a JSON {kind}", "one JSON object a line");
        }

        // The parser does not read escapes; whoever reads the text would get an exception that is none of data.
        if (line.Contains("\\u", StringComparison.Ordinal) && !IsUnicode(Root))
        {
            _json.Dispose();
            throw DataError.At(path, number, "half of a surrogate pair in a text", "Unicode text");
        }
    }

    public JsonElement Root => _json.RootElement;

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Returns the first of some properties, or <see langword="null"/> if none is there.</summary>
    public JsonElement? Find(params string[] names)
    {
        foreach (string name in names)
        {
            if (Root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Returns the first of some properties as a text; numbers are texts of digits.</summary>
    public string Text(params string[] names) => AsText(Find(names) ?? throw Error($"no '{names[0]}'", $"it, as a text"), names[0]);

    public string AsText(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw Error($"'{name}' as a JSON {value.ValueKind}", "a text"),
    };

    public int AsGrade(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int grade) ? grade
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? (value.GetBoolean() ? 1 : 0)
            : throw Error($"a grade in '{name}' as a JSON {value.ValueKind}", "a whole number, 0 for not relevant");

    public InvalidDataException Error(string found, string expected) => DataError.At(_path, _number, found, expected);

    public void Dispose() => _json.Dispose();

    private static bool IsUnicode(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is not null,
                JsonValueKind.Array => element.EnumerateArray().All(IsUnicode),
                JsonValueKind.Object => element.EnumerateObject().All(static property => property.Name is not null && IsUnicode(property.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

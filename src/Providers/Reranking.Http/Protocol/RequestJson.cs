using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reranking.Http.Protocol;

/// <summary>Writes values of additional properties as JSON, without reflection.</summary>
internal static class RequestJson
{
    private const int MaxDepth = 16;

    public static string Text(string text) => TryWrite(text)!;

    public static string Flag(bool flag) => flag ? "true" : "false";

    public static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the texts in a value, however deep they are.</summary>
    public static IReadOnlyList<string> Texts(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        List<string> texts = [];
        Collect(document.RootElement, texts);
        return texts;
    }

    /// <summary>Writes a value, or returns <see langword="null"/> if it is none that JSON has, or too deep.</summary>
    public static string? TryWrite(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            if (!TryWrite(writer, value, depth: 0))
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Collect(JsonElement value, List<string> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when JsonPaths.AsText(value) is { } text:
                texts.Add(text);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Collect(item, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Collect(property.Value, texts);
                }

                break;
        }
    }

    private static bool TryWrite(Utf8JsonWriter writer, object? value, int depth)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            case ulong number:
                writer.WriteNumberValue(number);
                return true;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                return true;
            case JsonElement { ValueKind: not JsonValueKind.Undefined } element:
                element.WriteTo(writer);
                return true;
            case JsonNode node:
                node.WriteTo(writer);
                return true;
            case IEnumerable<KeyValuePair<string, object?>> properties when depth < MaxDepth:
                writer.WriteStartObject();
                foreach ((string name, object? property) in properties.OrderBy(static property => property.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    if (!TryWrite(writer, property, depth + 1))
                    {
                        return false;
                    }
                }

                writer.WriteEndObject();
                return true;
            case IList list when depth < MaxDepth:
                writer.WriteStartArray();
                foreach (object? item in list)
                {
                    if (!TryWrite(writer, item, depth + 1))
                    {
                        return false;
                    }
                }

                writer.WriteEndArray();
                return true;
            default:
                return false;
        }
    }
}

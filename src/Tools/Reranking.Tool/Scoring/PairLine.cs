using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reranking.Tool.Scoring;

/// <summary>
/// A line of bulk scoring: <c>{"id", "query", "document"}</c> in, <c>{"id", "score", "raw"}</c> out; or <c>"documents"</c> in, <c>"scores"</c> and
/// <c>"raws"</c> out.
/// </summary>
/// <param name="Id">The id as JSON, or <see langword="null"/> if the line has none.</param>
/// <param name="Query">The query.</param>
/// <param name="Documents">The documents.</param>
/// <param name="IsList">Whether the line has a list of documents.</param>
internal sealed record PairLine(string? Id, string Query, string[] Documents, bool IsList)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <exception cref="ToolException">The line is not a pair; the message quotes no text.</exception>
    public static PairLine Parse(string line, long number)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Error(number, $"a JSON {root.ValueKind}");
            }

            string query = root.TryGetProperty("query", out JsonElement text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()!
                : throw Error(number, "no 'query'");
            string? id = root.TryGetProperty("id", out JsonElement named) ? named.GetRawText() : null;
            if (root.TryGetProperty("document", out JsonElement document) && document.ValueKind == JsonValueKind.String)
            {
                return new PairLine(id, query, [document.GetString()!], IsList: false);
            }

            if (root.TryGetProperty("documents", out JsonElement documents) && documents.ValueKind == JsonValueKind.Array
                && documents.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String))
            {
                return new PairLine(id, query, [.. documents.EnumerateArray().Select(static item => item.GetString()!)], IsList: true);
            }

            throw Error(number, "neither a 'document' that is a text nor 'documents' that are a list of texts");
        }
        catch (JsonException)
        {
            throw Error(number, "no JSON");
        }
        catch (InvalidOperationException)
        {
            throw Error(number, "half of a surrogate pair in a text");
        }
    }

    /// <summary>Returns the line to write.</summary>
    /// <param name="number">The number of the line that was read, for lines without an id.</param>
    /// <param name="scores">The scores of the documents. One that could not be scored is null.</param>
    public byte[] Write(long number, IReadOnlyList<RelevanceScore> scores)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WritePropertyName(Id is null ? "line" : "id");
            json.WriteRawValue(Id ?? number.ToString(CultureInfo.InvariantCulture));
            if (IsList)
            {
                json.WriteStartArray("scores");
                WriteAll(json, scores, static score => score.Value);
                json.WriteStartArray("raws");
                WriteAll(json, scores, static score => score.RawValue);
            }
            else
            {
                json.WritePropertyName("score");
                WriteNumber(json, scores[0].Value);
                json.WritePropertyName("raw");
                WriteNumber(json, scores[0].RawValue);
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteAll(Utf8JsonWriter json, IReadOnlyList<RelevanceScore> scores, Func<RelevanceScore, double> number)
    {
        foreach (RelevanceScore score in scores)
        {
            WriteNumber(json, number(score));
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static ToolException Error(long number, string found) =>
        new($"Line {number}: found {found}; expected an object with query and document, or query and documents.");
}

using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Reranking.AspNetCore.Protocol;

/// <summary>Reads a request: its shape is that of its path, or of the fields that only one shape has.</summary>
internal static class RequestReader
{
    private const int MaxDepth = 16;

    // What some server of the shape understands, and this one does not.
    private static readonly string[] NotHonored =
    [
        "instruction", "max_chunks_per_doc", "max_tokens_per_doc", "max_tokens_per_query", "priority", "truncate_prompt_tokens", "truncation_direction",
        "truncation_side", "use_activation",
    ];

    private static readonly string[] Lists = ["documents", "texts", "input"];

    private static readonly HashSet<string> Read =
    [
        "documents", "input", "model", "query", "rank_fields", "raw_scores", "return_details", "return_documents", "return_input", "return_text", "texts",
        "top_k", "top_n", "truncate", "truncation", .. NotHonored,
    ];

    /// <summary>Reads a body.</summary>
    /// <param name="body">JSON.</param>
    /// <param name="isCohereV2">Whether the path says that it is a request of Cohere v2.</param>
    /// <param name="limits">How much it may ask for.</param>
    /// <exception cref="RerankRequestException">It can't be answered.</exception>
    public static RerankRequest Parse(ReadOnlyMemory<byte> body, bool isCohereV2, RerankingServerOptions limits)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw RerankRequestException.Malformed("The body is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Parse(Fields(document.RootElement), isCohereV2, limits)
                : throw RerankRequestException.Malformed($"The body is {Kind(document.RootElement)}; expected an object.");
        }
        catch (JsonException exception)
        {
            throw RerankRequestException.Malformed(string.Create(
                CultureInfo.InvariantCulture,
                $"The body is not JSON that can be read, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."));
        }
    }

    // A field that is null counts as left out; one that is there twice could be read in two ways.
    private static Dictionary<string, JsonElement> Fields(JsonElement root)
    {
        Dictionary<string, JsonElement> fields = [];
        HashSet<string> seen = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            string name = Name(property);
            if (!Read.Contains(name))
            {
                continue;
            }

            if (!seen.Add(name))
            {
                throw RerankRequestException.Malformed($"The body has the field {name} twice; expected it once.");
            }

            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                fields.Add(name, property.Value);
            }
        }

        return fields;
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw RerankRequestException.Malformed("The body has a field whose name has an unpaired surrogate.");
        }
    }

    private static RerankRequest Parse(Dictionary<string, JsonElement> fields, bool isCohereV2, RerankingServerOptions limits)
    {
        WireShape shape = ShapeOf(fields, isCohereV2);
        string documentsField = shape switch { WireShape.Tei => "texts", WireShape.Mixedbread => "input", _ => "documents" };
        var reader = new FieldReader(shape, fields);
        string query = reader.Text("query") ?? throw reader.Missing("query");
        if (string.IsNullOrWhiteSpace(query))
        {
            throw reader.Invalid("query is blank; expected a text.");
        }

        if (query.Length > limits.MaxQueryLength)
        {
            throw reader.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"query has {query.Length} characters; expected at most {limits.MaxQueryLength}."));
        }

        string[] documents = reader.Documents(documentsField, limits);
        return new RerankRequest
        {
            Shape = shape,
            Model = reader.Text("model") is { Length: > 0 } model ? model : null,
            Query = query,
            Documents = documents,
            TopN = shape switch
            {
                WireShape.Voyage or WireShape.Mixedbread => reader.Count("top_k", least: 1),
                WireShape.CohereV2 => reader.Count("top_n", least: 1),
                WireShape.Common => reader.Count("top_n", least: 0) is > 0 and int topN ? topN : null,   // vLLM: 0 is all
                _ => null,
            },
            ReturnDocuments = shape switch
            {
                WireShape.Tei => reader.Flag("return_text") ?? false,
                WireShape.Mixedbread => reader.Flag("return_input") ?? false,
                WireShape.CohereV2 => false,
                _ => reader.Flag("return_documents") ?? false,
            },
            ReturnDetails = reader.Flag("return_details") ?? false,   // ours, in all shapes
            RawScores = shape == WireShape.Tei && (reader.Flag("raw_scores") ?? false),
            MayTruncate = shape switch
            {
                WireShape.Tei => reader.Flag("truncate") ?? true,
                WireShape.Voyage => reader.Flag("truncation") ?? true,
                _ => true,
            },
            Warnings =
            [
                .. reader.Unread.Select(static field => $"{field} is not part of requests of this shape and was ignored."),
                .. NotHonored.Where(fields.ContainsKey).Select(static field => $"{field} was ignored: the server's settings decide it."),
            ],   // the last one: by now all that is read was read
        };
    }

    private static WireShape ShapeOf(Dictionary<string, JsonElement> fields, bool isCohereV2)
    {
        if (isCohereV2)
        {
            return WireShape.CohereV2;
        }

        string[] lists = [.. Lists.Where(fields.ContainsKey)];
        if (lists.Length > 1)
        {
            throw RerankRequestException.Malformed($"The body has {string.Join(" and ", lists)}; expected one of them.");
        }

        return lists switch
        {
            ["texts"] => WireShape.Tei,
            ["input"] => WireShape.Mixedbread,
            _ => fields.ContainsKey("top_k") || fields.ContainsKey("truncation") ? WireShape.Voyage : WireShape.Common,
        };
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>Reads fields, and names them in errors.</summary>
    private sealed class FieldReader(WireShape shape, Dictionary<string, JsonElement> fields)
    {
        private readonly HashSet<string> _read = [];

        /// <summary>Gets the fields that mean something to other shapes only; one that is false asks for nothing.</summary>
        public IEnumerable<string> Unread => fields
            .Where(pair => !_read.Contains(pair.Key) && !NotHonored.Contains(pair.Key) && pair.Value.ValueKind != JsonValueKind.False)
            .Select(static pair => pair.Key);

        public RerankRequestException Invalid(string message) => RerankRequestException.Invalid(shape, message);

        public RerankRequestException Missing(string field) => Invalid($"{field} is missing.");

        public string? Text(string field) => TryRead(field, out JsonElement value) ? Text(value, field) : null;

        public bool? Flag(string field) => !TryRead(field, out JsonElement value)
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Invalid($"{field} is {Kind(value)}; expected true or false."),
            };

        public int? Count(string field, int least)
        {
            if (!TryRead(field, out JsonElement value))
            {
                return null;
            }

            string expected = string.Create(CultureInfo.InvariantCulture, $"expected an integer from {least} to {int.MaxValue}.");
            return value.ValueKind != JsonValueKind.Number ? throw Invalid($"{field} is {Kind(value)}; {expected}")
                : value.TryGetInt32(out int count) && count >= least ? count
                : throw Invalid($"{field} is out of range; {expected}");
        }

        public string[] Documents(string field, RerankingServerOptions limits)
        {
            if (!TryRead(field, out JsonElement list))
            {
                throw Missing(field);
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                throw Invalid($"{field} is {Kind(list)}; expected an array.");
            }

            int count = list.GetArrayLength();
            if (count == 0)
            {
                throw RerankRequestException.Empty(shape, $"{field} is empty; expected at least one.");
            }

            if (count > limits.MaxDocuments)
            {
                throw Invalid(string.Create(
                    CultureInfo.InvariantCulture, $"{field} has {count} documents; expected at most {limits.MaxDocuments}. Send them in several requests."));
            }

            string[]? rankFields = shape == WireShape.CohereV2 ? null : RankFields();
            string[] documents = new string[count];
            int index = 0;
            foreach (JsonElement element in list.EnumerateArray())
            {
                string place = string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
                string document = element.ValueKind == JsonValueKind.Object && shape is WireShape.Common or WireShape.Mixedbread
                    ? Fields(element, rankFields, place)
                    : Text(element, place);
                documents[index++] = document.Length <= limits.MaxDocumentLength
                    ? document
                    : throw Invalid(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{place} has {document.Length} characters; expected at most {limits.MaxDocumentLength}."));
            }

            return documents;
        }

        private bool TryRead(string field, out JsonElement value)
        {
            _read.Add(field);
            return fields.TryGetValue(field, out value);
        }

        private string[]? RankFields()
        {
            if (!TryRead("rank_fields", out JsonElement list))
            {
                return null;
            }

            return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                ? [.. list.EnumerateArray().Select((element, i) => Text(element, string.Create(CultureInfo.InvariantCulture, $"rank_fields[{i}]")))]
                : throw Invalid($"rank_fields is {(list.ValueKind == JsonValueKind.Array ? "empty" : Kind(list))}; expected an array of names.");
        }

        private string Fields(JsonElement document, string[]? rankFields, string place)
        {
            IEnumerable<string> names = rankFields ?? ["text"];
            return string.Join('\n', names.Select(name => Find(document, name, place) is { } value
                ? Text(value, $"a field of {place}")
                : throw Invalid($"{place} has no {(rankFields is null ? "text" : "field of rank_fields")}.")));
        }

        private JsonElement? Find(JsonElement document, string name, string place)
        {
            try
            {
                return document.TryGetProperty(name, out JsonElement value) ? value : null;
            }
            catch (InvalidOperationException)
            {
                throw Invalid($"{place} has a field whose name has an unpaired surrogate.");
            }
        }

        private string Text(JsonElement value, string place)
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                throw Invalid($"{place} is {Kind(value)}; expected a string.");
            }

            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw Invalid($"{place} has an unpaired surrogate.");
            }
        }
    }
}

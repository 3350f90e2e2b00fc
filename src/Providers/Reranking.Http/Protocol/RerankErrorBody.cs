using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reranking.Http.Protocol;

/// <summary>What the body of an error says, in the words of the server.</summary>
/// <param name="Message">The message, or <see langword="null"/> if it has none.</param>
/// <param name="Code">The code or type, or <see langword="null"/> if it has none.</param>
/// <param name="Status">The status that the body names, or <see langword="null"/> if it names none.</param>
internal sealed partial record RerankErrorBody(string? Message, string? Code, int? Status)
{
    private static readonly RerankErrorBody None = new(null, null, null);

    // FastAPI lists what is wrong, most others have an object, a text or both.
    private static readonly string[] MessagePaths =
        ["error.message", "message", "detail", "error", "detail.message", "detail.error", "error.detail", "errors", "error_message", "title", "msg"];

    private static readonly string[] CodePaths = ["error.code", "error.type", "error_type", "code", "type", "error.status", "detail.code", "detail.type"];
    private static readonly string[] StatusPaths = ["error.code", "error.status", "code", "status", "status_code", "statusCode"];
    private static readonly string[] ErrorFields = ["error", "errors", "detail", "message", "error_message"];

    /// <summary>Gets a value indicating whether the message says that the request or a document is too large.</summary>
    public bool IsOversized => Message is not null && SizeWords().IsMatch(Message);

    /// <summary>Returns whether a response is an error, whatever its status says.</summary>
    public static bool IsError(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && Array.Exists(
            ErrorFields, field => JsonPaths.Find(root, field) is { ValueKind: JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array });

    /// <summary>Reads the body of an error; a page of a proxy says nothing.</summary>
    public static RerankErrorBody Read(ResponseBody body)
    {
        if (body.IsCut || body.Bytes.IsEmpty)
        {
            return None;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(body.Bytes);
            return Read(json.RootElement);
        }
        catch (JsonException)
        {
            // Gateways answer in plain text too, which matters if it says that a document is too long.
            string text = Encoding.UTF8.GetString(body.Bytes.Span);
            return SizeWords().IsMatch(text) && !text.Contains('<', StringComparison.Ordinal) ? new RerankErrorBody(text, null, null) : None;
        }
    }

    /// <summary>Reads the JSON of an error.</summary>
    public static RerankErrorBody Read(JsonElement root) => root.ValueKind == JsonValueKind.String
        ? new RerankErrorBody(JsonPaths.AsText(root), null, null)
        : new RerankErrorBody(
            MessagePaths.Select(path => Text(JsonPaths.Find(root, path))).FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text)),
            CodePaths.Select(path => JsonPaths.FindText(root, path)).FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text)),
            StatusPaths.Select(path => Number(JsonPaths.Find(root, path))).FirstOrDefault(static status => status is not null));

    private static string? Text(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text => JsonPaths.AsText(text),
        { ValueKind: JsonValueKind.Array } list => string.Join("; ", list.EnumerateArray().Take(3)
            .Select(static item => item.ValueKind == JsonValueKind.Object
                ? JsonPaths.FindText(item, "msg") ?? JsonPaths.FindText(item, "message")
                : JsonPaths.AsText(item))
            .OfType<string>()),
        _ => null,
    };

    private static int? Number(JsonElement? element) =>
        (element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int status))
        || (element is { ValueKind: JsonValueKind.String } text
            && int.TryParse(JsonPaths.AsText(text), NumberStyles.None, CultureInfo.InvariantCulture, out status))
            ? status is >= 400 and < 600 ? status : null
            : null;

    [GeneratedRegex(
        @"too (large|long|big)|too many (tokens|characters|documents|texts|inputs|items|pairs)|"
        + @"exceed\w* .{0,60}(length|size|token|context|character|document)|"
        + @"(max\w*|maximum)[ _](allowed|context|input|sequence|length|model|seq|tokens?|batch|payload|document)"
        + @"|longer than|(less|fewer) than \d+ (tokens|characters)|context (length|window|size)|tokens? limit|size limit|physical batch",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SizeWords();
}

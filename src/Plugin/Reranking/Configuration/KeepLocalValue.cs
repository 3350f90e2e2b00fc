using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reranking.Configuration;

/// <summary>The value that keeps a text on this machine, compared with values of any type.</summary>
/// <remarks>
/// A rule whose value is a word for yes or no is about a flag: only the words, Booleans and numbers of the opposite let a text leave. One whose value is a
/// number is about a level, any other one about a label: another number, or another text, lets it leave.
/// </remarks>
internal sealed class KeepLocalValue(string value)
{
    // A list in a list in a list; one that is deeper, or in itself, is not read.
    private const int MaxDepth = 8;

    private static readonly string[] Yes = ["true", "yes", "on", "y", "t"];
    private static readonly string[] No = ["false", "no", "off", "n", "f"];

    private readonly string _text = value.Trim();
    private readonly bool? _flag = FindFlag(value.Trim());
    private readonly double? _level = FindNumber(value.Trim());

    /// <summary>Returns whether a value is none: <see langword="null"/>, the null of a database, or that of JSON.</summary>
    public static bool IsNull(object? found) => found is null or DBNull or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined };

    /// <summary>Compares the value of a field.</summary>
    public FieldReading Read(object? found) => Read(found, depth: 0);

    private FieldReading Read(object? found, int depth) => found switch
    {
        _ when depth > MaxDepth => FieldReading.Unreadable,
        _ when IsNull(found) => FieldReading.Missing,
        string text => ReadText(text),
        char character => ReadText(character.ToString()),
        bool flag => ReadFlag(flag),
        Enum named => ReadText(named.ToString(_level is null ? "G" : "D")),
        JsonNode node => Read(JsonDocument.Parse(node.ToJsonString()).RootElement, depth),
        JsonDocument document => Read(document.RootElement, depth),
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } element => ReadFlag(element.ValueKind == JsonValueKind.True),
        JsonElement { ValueKind: JsonValueKind.Number } element => ReadText(element.GetRawText()),
        JsonElement { ValueKind: JsonValueKind.String } element => ReadText(element.GetString()!),
        JsonElement { ValueKind: JsonValueKind.Array } element => ReadAll(element.EnumerateArray().Select(static item => (object?)item), depth),
        byte[] or JsonElement => FieldReading.Unreadable,
        IEnumerable values => ReadAll(values.Cast<object?>(), depth),   // tags
        IFormattable number when found.GetType().IsPrimitive || found is decimal or Guid => ReadText(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => FieldReading.Unreadable,
    };

    private FieldReading ReadAll(IEnumerable<object?> values, int depth) =>
        values.Select(value => Read(value, depth + 1)).DefaultIfEmpty(FieldReading.Missing).Max();

    private FieldReading ReadFlag(bool found) =>
        _flag is { } flag ? Stays(found == flag)
        : _level is { } level ? Stays((found ? 1 : 0) == level)
        : FieldReading.Unreadable;

    private FieldReading ReadText(string text)
    {
        string found = text.Trim();
        if (found.Length == 0)
        {
            return FieldReading.Missing;
        }

        double? number = FindNumber(found);
        if (_flag is { } flag)
        {
            return (FindFlag(found) ?? (number is 0 or 1 ? number == 1 : null)) is { } isSet ? Stays(isSet == flag) : FieldReading.Unreadable;
        }

        if (_level is { } level)
        {
            return number is { } foundLevel ? Stays(foundLevel == level) : FieldReading.Unreadable;
        }

        return found.Equals(_text, StringComparison.OrdinalIgnoreCase) ? FieldReading.Stays
            : number is null && IsLabel(found) ? FieldReading.MayLeave
            : FieldReading.Unreadable;
    }

    // A serialized value, one with invisible characters, or one of which the label is a part may mean the label.
    private bool IsLabel(string found) =>
        found[0] is not ('[' or '{' or '"' or '<')
        && !found.Equals("null", StringComparison.OrdinalIgnoreCase)
        && !found.Equals("undefined", StringComparison.OrdinalIgnoreCase)
        && !found.Contains(_text, StringComparison.OrdinalIgnoreCase)
        && !found.Any(static character => CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format);

    private static FieldReading Stays(bool isValueOfTheRule) => isValueOfTheRule ? FieldReading.Stays : FieldReading.MayLeave;

    private static bool? FindFlag(string text) =>
        Yes.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : No.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
        : null;

    private static double? FindNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}

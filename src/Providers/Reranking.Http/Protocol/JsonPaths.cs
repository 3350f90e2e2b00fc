using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>Finds values in responses by paths such as <c>meta.billed_units.search_units</c>.</summary>
internal static class JsonPaths
{
    public static JsonElement? Find(JsonElement root, string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            JsonElement found = root;
            foreach (string field in path.Split('.'))
            {
                if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(field, out found))
                {
                    return null;
                }
            }

            return found;
        }
        catch (InvalidOperationException)
        {
            return null;   // the name of another field has half of a surrogate pair, which is only noticed here
        }
    }

    public static string? FindText(JsonElement root, string? path) => Find(root, path) is { } found ? AsText(found) : null;

    public static string? AsText(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;   // bytes that are not UTF-8, which are only noticed here
        }
    }

    public static double? FindNumber(JsonElement root, string? path) =>
        Find(root, path) is { ValueKind: JsonValueKind.Number } found && found.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;
}

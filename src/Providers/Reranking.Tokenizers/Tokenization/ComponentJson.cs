using System.Text.Json;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>One object of a tokenizer.json, read with errors that name the file and the field.</summary>
/// <param name="source">The file.</param>
/// <param name="kind">What the object is, as in <c>normalizer</c>.</param>
/// <param name="element">The object.</param>
/// <param name="type">Its type, once that is known to be supported.</param>
internal sealed class ComponentJson(TokenizerSource source, string kind, JsonElement element, string? type = null)
{
    private const string Number = "a whole number of at least 0";

    // The largest vocabularies have a million. Components call each other, so their number is one of stack frames.
    private const int MaxEntries = 1 << 23;
    private const int MaxComponents = 256;

    public string Kind => kind;

    private string Name => type is null ? kind : $"{kind} '{type}'";

    public ComponentJson OfType(string knownType) => new(source, kind, element, knownType);

    /// <summary>Creates an error about what is wrong with the file.</summary>
    public TokenizerFileException Unusable(string problem) => source.Unusable(problem);

    /// <summary>Counts a component of the file.</summary>
    /// <exception cref="TokenizerFileException">The file has more than any model.</exception>
    public void CountComponent()
    {
        if (++source.ComponentCount > MaxComponents)
        {
            throw Unusable($"has more than {MaxComponents} components");
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public bool GetBoolean(string name) => GetOptionalBoolean(name) ?? throw Missing(name, "true or false");

    public bool? GetOptionalBoolean(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "true or false"),
    };

    public string GetString(string name) => FindString(name) ?? throw Missing(name, "a text");

    public string? FindString(string name) => Find(name) is { } value ? ReadString(value, name) : null;

    /// <summary>Reads bytes that are written in base 64.</summary>
    public byte[] GetBytes(string name)
    {
        try
        {
            if (Find(name) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out byte[]? bytes))
            {
                return bytes;
            }
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, which is not base 64 either.
        }

        throw Missing(name, "bytes in base 64");
    }

    /// <summary>Reads an array of texts and a number each.</summary>
    public (string Text, double Number)[] GetScores(string name) => [.. GetElements(name).Select(value => ReadScore(value, name))];

    public int GetNumber(string name) => ReadNumber(Find(name) ?? throw Missing(name, Number), name);

    public int[] GetNumbers(string name) => [.. GetElements(name).Select(value => ReadNumber(value, name))];

    /// <summary>Reads a token and its id, written as an array of two.</summary>
    public int GetTokenId(string name)
    {
        JsonElement[] parts = [.. GetElements(name)];
        return parts.Length == 2 ? ReadNumber(parts[1], name) : throw Wrong(name, "a token and its id");
    }

    /// <summary>Reads an array of two texts each, which older files write as one text with a space between them.</summary>
    public IEnumerable<(string First, string Second)> GetTextPairs(string name)
    {
        foreach (JsonElement value in GetElements(name))
        {
            string[] parts = value.ValueKind == JsonValueKind.Array
                ? [.. value.EnumerateArray().Select(part => ReadString(part, name))]
                : ReadString(value, name).Split(' ');
            yield return parts.Length == 2 ? (parts[0], parts[1]) : throw Wrong(name, "two texts each");
        }
    }

    public Dictionary<string, int> GetVocabulary(string name)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string token, JsonElement id) in GetProperties(name))
        {
            vocabulary[token] = ReadNumber(id, name);
        }

        return vocabulary;
    }

    /// <summary>Returns the object in a field, or <see langword="null"/> if there is no such field or it is null.</summary>
    public ComponentJson? FindComponent(string name) =>
        Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Object ? new(source, name, value) : throw Wrong(name, "an object");

    public ComponentJson GetComponent(string name) => FindComponent(name) ?? throw Missing(name, "an object");

    /// <summary>Returns the objects in an array, each of a kind.</summary>
    public IEnumerable<ComponentJson> GetComponents(string name, string itemKind)
    {
        foreach (JsonElement value in GetElements(name))
        {
            yield return value.ValueKind == JsonValueKind.Object ? new ComponentJson(source, itemKind, value) : throw Wrong(name, "an array of objects");
        }
    }

    private JsonElement? Find(string name)
    {
        try
        {
            return element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException exception)
        {
            // Another name beside it.
            throw source.Unusable($"has a lone surrogate in a name of its {Name}; expected Unicode text", exception);
        }
    }

    private JsonElement.ArrayEnumerator GetElements(string name)
    {
        JsonElement array = Find(name) ?? throw Missing(name, "an array");
        return array.ValueKind != JsonValueKind.Array ? throw Wrong(name, "an array")
            : array.GetArrayLength() is > MaxEntries and { } count
            ? throw Unusable($"has {count} entries in '{name}' of its {Name}; expected at most {MaxEntries}")
            : array.EnumerateArray();
    }

    private IEnumerable<(string Name, JsonElement Value)> GetProperties(string name)
    {
        JsonElement properties = Find(name) ?? throw Missing(name, "an object");
        if (properties.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(name, "an object");
        }

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string key;
            try
            {
                key = property.Name;
            }
            catch (InvalidOperationException exception)
            {
                throw BrokenText(name, exception);
            }

            yield return (key, property.Value);
        }
    }

    private string ReadString(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(name, "a text");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw BrokenText(name, exception);
        }
    }

    private (string Text, double Number) ReadScore(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[1].ValueKind == JsonValueKind.Number
            ? (ReadString(value[0], name), value[1].GetDouble())
            : throw Wrong(name, "texts and a number each");

    // Below the highest number, so that there is a count of the ids.
    private int ReadNumber(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number is >= 0 and < int.MaxValue ? number : throw Wrong(name, Number);

    private TokenizerFileException Missing(string name, string expected) => Unusable($"has no '{name}' in its {Name}; expected {expected}");

    private TokenizerFileException Wrong(string name, string expected) => Unusable($"has an unusable '{name}' in its {Name}; expected {expected}");

    private TokenizerFileException BrokenText(string name, InvalidOperationException cause) =>
        source.Unusable($"has a lone surrogate in '{name}' of its {Name}; expected Unicode text", cause);
}

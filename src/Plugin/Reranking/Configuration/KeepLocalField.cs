using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reranking.Configuration;

/// <summary>The rule that a text stays here unless a metadata field of its candidate plainly says that it may leave.</summary>
/// <remarks>
/// Only a value that is readable and not the one of the rule lets a text leave. A field that is missing or empty is up to <paramref name="Missing"/>, and
/// whatever can't be read (a candidate that is a bare text, a type without the property, a getter that throws, a value of another kind) stays here.
/// </remarks>
/// <param name="Field">
/// The name of a property or of a key of a dictionary; a dot leads further in, as <c>Metadata.confidential</c>. Letter case does not matter.
/// </param>
/// <param name="Value">The value that keeps a text here, as text; letter case does not matter.</param>
/// <param name="Missing">What becomes of the text if a candidate has no such field, or no value in it.</param>
internal sealed record KeepLocalField(string Field, string Value, MissingField Missing = MissingField.Local)
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    private readonly string[] _path = Field.Split('.', StringSplitOptions.TrimEntries);
    private readonly KeepLocalValue _value = new(Value);

    /// <summary>Returns whether the text of a candidate must not leave.</summary>
    public bool Holds(object? candidate)
    {
        try
        {
            return Read(candidate, 0) switch
            {
                FieldReading.MayLeave => false,
                FieldReading.Missing => Missing == MissingField.Local,
                _ => true,
            };
        }
#pragma warning disable CA1031 // Whatever a getter or an enumerator throws, the field was not read.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }

    private FieldReading Read(object? owner, int depth)
    {
        if (depth == _path.Length)
        {
            return _value.Read(owner);
        }

        // A candidate always is a record: nothing in its place is not one that lacks the field.
        return owner is null && depth == 0 ? FieldReading.Unreadable
            : KeepLocalValue.IsNull(owner) ? FieldReading.Missing
            : Values(owner!, _path[depth]) is not { } values ? FieldReading.Unreadable
            : values.Select(value => Read(value, depth + 1)).DefaultIfEmpty(FieldReading.Missing).Max();   // keys that differ in letter case: the strictest
    }

    // None if the name is missing, or null if what should have names can't be read.
    private static IReadOnlyList<object?>? Values(object owner, string name) => owner switch
    {
        string => null,
        JsonNode node => Values(JsonDocument.Parse(node.ToJsonString()), name),
        JsonDocument document => Values(document.RootElement, name),
        JsonElement { ValueKind: JsonValueKind.Object } element =>
            [.. element.EnumerateObject().Where(property => IsName(property.Name, name)).Select(static property => (object?)property.Value)],
        JsonElement => null,
        IDictionary dictionary => [.. dictionary.Keys.OfType<string>().Where(key => IsName(key, name)).Select(key => dictionary[key])],
        IEnumerable pairs when PairValues(pairs, name) is { Count: > 0 } values => values,
        _ when Find(owner.GetType(), name) is { } property => [property.GetValue(owner)],
        IEnumerable pairs => PairValues(pairs, name),
        _ => null,
    };

    private static List<object?>? PairValues(IEnumerable pairs, string name)
    {
        List<object?> values = [];
        foreach (object? pair in pairs)
        {
            if (pair is null || Find(pair.GetType(), "Key") is not { } key || Find(pair.GetType(), "Value") is not { } value)
            {
                return null;
            }

            if (key.GetValue(pair) is string text && IsName(text, name))
            {
                values.Add(value.GetValue(pair));
            }
        }

        return values;
    }

    private static bool IsName(string found, string name) => found.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static PropertyInfo? Find(Type type, string name) => Properties.GetOrAdd((type, name), static key => FindProperty(key.Item1, key.Item2));

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "A property that was trimmed away is not found, and then the text stays on this machine.")]
    private static PropertyInfo? FindProperty(Type type, string name) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(property => property.CanRead && property.GetIndexParameters().Length == 0 && IsName(property.Name, name));
}

/// <summary>What becomes of a text whose candidate does not have the field that a rule asks for.</summary>
internal enum MissingField
{
    /// <summary>It stays on this machine.</summary>
    Local,

    /// <summary>It may leave.</summary>
    Hosted,
}

/// <summary>What a field says about a text, from the least strict to the strictest.</summary>
internal enum FieldReading
{
    /// <summary>The value is plainly another one than that of the rule.</summary>
    MayLeave,

    /// <summary>There is no field, or nothing in it.</summary>
    Missing,

    /// <summary>The value can't be compared with that of the rule.</summary>
    Unreadable,

    /// <summary>The value is that of the rule.</summary>
    Stays,
}

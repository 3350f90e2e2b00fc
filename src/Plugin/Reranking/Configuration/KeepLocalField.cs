using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Reranking.Configuration;

/// <summary>The rule that a text stays here where a metadata field of its candidate has a value.</summary>
/// <param name="Field">
/// The name of a property or of a key of a dictionary; a dot leads further in, as <c>Metadata.confidential</c>. Letter case does not matter.
/// </param>
/// <param name="Value">The value, as text; letter case does not matter.</param>
/// <param name="Missing">What becomes of the text where a candidate has no such field, or no value in it.</param>
internal sealed record KeepLocalField(string Field, string Value, MissingField Missing = MissingField.Local)
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    private readonly string[] _path = Field.Split('.');

    /// <summary>Returns whether the text of a candidate must not leave.</summary>
    public bool Holds(object? candidate)
    {
        object? current = candidate;
        foreach (string name in _path)
        {
            current = Read(current, name);
        }

        return current is null ? Missing == MissingField.Local : Matches(current);
    }

    private bool Matches(object? value) => value switch
    {
        null => false,
        string text => text.Equals(Value, StringComparison.OrdinalIgnoreCase),
        JsonElement { ValueKind: JsonValueKind.Array } values => values.EnumerateArray().Any(element => Matches(element)),
        IEnumerable values => values.Cast<object?>().Any(Matches),   // one of several tags
        _ => string.Equals(Convert.ToString(value, CultureInfo.InvariantCulture), Value, StringComparison.OrdinalIgnoreCase),
    };

    private static object? Read(object? owner, string name) => owner switch
    {
        null or string => null,
        IDictionary dictionary =>
            dictionary.Keys.OfType<string>().FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key ? dictionary[key] : null,
        IEnumerable pairs =>
            pairs.Cast<object?>().FirstOrDefault(pair => name.Equals(Property(pair, "Key") as string, StringComparison.OrdinalIgnoreCase)) is { } pair
                ? Property(pair, "Value")
                : null,
        _ => Property(owner, name),
    };

    private static object? Property(object? owner, string name) =>
        owner is null ? null : Properties.GetOrAdd((owner.GetType(), name), static key => Find(key.Item1, key.Item2))?.GetValue(owner);

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "A property that was trimmed away is not found, and then the text stays on this machine.")]
    private static PropertyInfo? Find(Type type, string name) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(
                property => property.CanRead && property.GetIndexParameters().Length == 0 && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What becomes of a text whose candidate does not have the field that a rule asks for.</summary>
internal enum MissingField
{
    /// <summary>It stays on this machine.</summary>
    Local,

    /// <summary>It may leave.</summary>
    Hosted,
}

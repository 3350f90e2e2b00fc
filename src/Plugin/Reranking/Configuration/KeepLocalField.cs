using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Reranking;

/// <summary>The rule that a text stays here where a metadata field of its candidate has a value.</summary>
/// <param name="Field">The name of a property or of a key of a dictionary; a dot leads further in, as <c>Metadata.confidential</c>. Letter case does not matter.</param>
/// <param name="Value">The value, as text; letter case does not matter.</param>
/// <remarks>It errs on the safe side: where a candidate has no such field at all, as a plain text, its text stays too.</remarks>
internal sealed record KeepLocalField(string Field, string Value)
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    private readonly string[] _path = Field.Split('.');

    /// <summary>Tells whether the text of a candidate may not leave.</summary>
    public bool Holds(object? candidate)
    {
        object? current = candidate;
        foreach (string name in _path)
        {
            if (!TryRead(current, name, out current))
            {
                return true;
            }
        }

        return Matches(current);
    }

    private bool Matches(object? value) => value switch
    {
        null => false,
        string text => text.Equals(Value, StringComparison.OrdinalIgnoreCase),
        IEnumerable values => values.Cast<object?>().Any(Matches),   // one of several tags
        _ => string.Equals(Convert.ToString(value, CultureInfo.InvariantCulture), Value, StringComparison.OrdinalIgnoreCase),
    };

    private static bool TryRead(object? owner, string name, out object? value)
    {
        switch (owner)
        {
            case null or string:
                value = null;
                return false;
            case IDictionary dictionary:
                value = dictionary.Keys.OfType<string>().FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key ? dictionary[key] : null;
                return true;   // a bag of metadata without the mark is not marked
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                value = pairs.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
                return true;
            default:
                PropertyInfo? property = Properties.GetOrAdd((owner.GetType(), name), static key => Find(key.Item1, key.Item2));
                value = property?.GetValue(owner);
                return property is not null;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A property that was trimmed away is not found, and then the text stays on this machine.")]
    private static PropertyInfo? Find(Type type, string name) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(property => property.CanRead && property.GetIndexParameters().Length == 0 && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

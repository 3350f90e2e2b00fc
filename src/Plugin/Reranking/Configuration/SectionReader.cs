using System.Globalization;
using Microsoft.Extensions.Configuration;
using Reranking.Scoring;

namespace Reranking.Configuration;

/// <summary>Reads the values of a section, and notes what is wrong with them in messages that begin with the path.</summary>
/// <param name="section">The section.</param>
/// <param name="failures">Takes the messages.</param>
internal sealed class SectionReader(IConfigurationSection section, ICollection<string> failures)
{
    public string Path => section.Path;

    public SectionReader Section(string key) => new(section.GetSection(key), failures);

    /// <summary>Notes keys that nothing reads.</summary>
    /// <param name="known">The keys that are read, and that messages list.</param>
    /// <param name="owner">What they are settings of.</param>
    /// <param name="misplaced">A key that belongs elsewhere, which the caller says itself.</param>
    public void RefuseUnknownKeys(IReadOnlyCollection<string> known, string owner, string? misplaced = null)
    {
        IEnumerable<string> unknown = section.GetChildren().Select(static child => child.Key)
            .Except([.. known, misplaced ?? ""], StringComparer.OrdinalIgnoreCase);
        foreach (string key in unknown)
        {
            failures.Add(
                $"{Path}:{key} is not a setting of {owner}; " +
                $"expected one of {string.Join(", ", known.Order(StringComparer.Ordinal))}.{KnownNames.Hint(key, known)}");
        }
    }

    public string? Text(string key) => section[key] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    public int Integer(string key, int minimum, int fallback) =>
        section[key] is not { } text ? fallback
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && value >= minimum ? value
        : Refuse(key, text, $"a whole number of at least {minimum}", fallback);

    public double? Share(string key) =>
        section[key] is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1 ? value
        : Refuse<double?>(key, text, "a number from 0 to 1, or none", null);

    public bool Flag(string key, bool fallback) =>
        section[key] is not { Length: > 0 } text ? fallback
        : bool.TryParse(text, out bool value) ? value
        : Refuse(key, text, "true or false", fallback);

    public TimeSpan? Duration(string key, TimeSpan? maximum = null)
    {
        TimeSpan longest = maximum ?? TimeBudget.LongestTimer;
        return section[key] is not { Length: > 0 } text ? null
            : TimeSetting.TryParse(text, out TimeSpan value) && value > TimeSpan.Zero && value <= longest ? value
            : Refuse<TimeSpan?>(key, text, $"{TimeSetting.Expected}, of more than 00:00:00 and at most {longest}", null);
    }

    public TEnum Choice<TEnum>(string key, TEnum fallback)
        where TEnum : struct, Enum =>
        section[key] is not { Length: > 0 } text ? fallback
        : Enum.GetNames<TEnum>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<TEnum>(name)
        : Refuse(key, text, KnownNames.Or(Enum.GetNames<TEnum>()), fallback, Enum.GetNames<TEnum>());

    /// <summary>Reads a name, or a list of names, each of which has to be known.</summary>
    public IReadOnlyList<string> Names(string key, IReadOnlyCollection<string> known)
    {
        IConfigurationSection named = section.GetSection(key);
        IConfigurationSection[] listed = [.. named.GetChildren()];
        if (listed is [var first, ..] && RefuseNameBeside(named, "list", $"that begins with '{first.Value}'"))
        {
            return [];
        }

        (string Path, string? Value)[] given = listed.Length == 0 && named.Value is { } single
            ? [(named.Path, single)]
            : [.. listed.Select(static child => (child.Path, child.Value))];
        List<string> names = [];
        foreach ((string path, string? value) in given)
        {
            if (known.FirstOrDefault(name => name.Equals(value, StringComparison.OrdinalIgnoreCase)) is not { } name)
            {
                failures.Add($"{path} is '{value}'; expected the name of a scorer: {KnownNames.Or(known)}.{KnownNames.Hint(value ?? "", known)}");
            }
            else if (names.Contains(name))
            {
                failures.Add($"{path} is '{value}', which is already listed; expected each scorer once.");
            }
            else
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Notes a setting that is a name as well as a list or a section. Sources are merged key by key, so which came last can't be told.</summary>
    /// <param name="named">The setting, which has keys below it.</param>
    /// <param name="form">What the keys make it: a list or a section.</param>
    /// <param name="content">What is in there.</param>
    /// <returns>Whether it is a name as well.</returns>
    public bool RefuseNameBeside(IConfigurationSection named, string form, string content)
    {
        if (named.Value is not { Length: > 0 } name)
        {
            return false;
        }

        failures.Add(
            $"{named.Path} is '{name}' and a {form} {content}; expected one of them. " +
            $"One source of the configuration sets the name and another one the {form}: write a {form} in both.");
        return true;
    }

    /// <summary>Reads one name, which has to be known.</summary>
    public string? Name(string key, IReadOnlyCollection<string> known)
    {
        IReadOnlyList<string> names = Names(key, known);
        if (names.Count > 1)
        {
            failures.Add($"{Path}:{key} names {names.Count} scorers; expected 1.");
        }

        return names is [var name, ..] ? name : null;
    }

    public T Refuse<T>(string key, string? found, string expected, T fallback, IReadOnlyCollection<string>? names = null)
    {
        failures.Add(
            $"{Path}:{key} is {(found is null ? "not set" : $"'{found}'")}; expected {expected}." +
            (names is null ? "" : KnownNames.Hint(found ?? "", names)));
        return fallback;
    }
}

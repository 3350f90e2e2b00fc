using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Reranking.Cohere;

/// <summary>Reads <see cref="CohereScorerOptions"/> from a section. A value that does not fit its key becomes a message like those of the rules, where a binder would throw.</summary>
internal static class CohereSettings
{
    private delegate bool Setter(CohereScorerOptions options, string value);

    private delegate bool Parser<T>(string value, out T parsed)
        where T : struct;

    private static readonly (string Key, string Expected, Setter Set)[] Settings =
    [
        Text(nameof(CohereScorerOptions.Endpoint), static (options, value) => options.Endpoint = value),
        Text(nameof(CohereScorerOptions.ApiKey), static (options, value) => options.ApiKey = value),
        Text(nameof(CohereScorerOptions.Model), static (options, value) => options.Model = value),
        Name<CohereDialect>(nameof(CohereScorerOptions.Dialect), static (options, value) => options.Dialect = value),
        Name<CohereScoreKind>(nameof(CohereScorerOptions.ScoreKind), static (options, value) => options.ScoreKind = value),
        Number(nameof(CohereScorerOptions.MaxDocumentsPerRequest), static (options, value) => options.MaxDocumentsPerRequest = value),
        Number(nameof(CohereScorerOptions.MaxConcurrency), static (options, value) => options.MaxConcurrency = value),
        Number(nameof(CohereScorerOptions.MaxRetries), static (options, value) => options.MaxRetries = value),
        Number(nameof(CohereScorerOptions.RequestsPerMinute), static (options, value) => options.RequestsPerMinute = value),
        Number(nameof(CohereScorerOptions.MaxTokensPerDocument), static (options, value) => options.MaxTokensPerDocument = value),
        Time(nameof(CohereScorerOptions.Timeout), static (options, value) => options.Timeout = value),
        Time(nameof(CohereScorerOptions.AttemptTimeout), static (options, value) => options.AttemptTimeout = value),
        Flag(nameof(CohereScorerOptions.AllowInsecureHttp), static (options, value) => options.AllowInsecureHttp = value),
        Flag(nameof(CohereScorerOptions.DataStaysLocal), static (options, value) => options.DataStaysLocal = value),
    ];

    /// <summary>Gets the keys that a section may have.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [.. Settings.Select(setting => setting.Key)];

    /// <summary>Sets what the section has; a blank value is none.</summary>
    /// <returns>Messages about the values that do not fit their keys.</returns>
    public static IReadOnlyList<string> Apply(IConfigurationSection section, CohereScorerOptions options)
    {
        options.SettingsPath = section.Path;
        List<string> failures = [];
        foreach ((string key, string expected, Setter set) in Settings)
        {
            if (section[key] is { Length: > 0 } value && !set(options, value))
            {
                failures.Add($"{section.Path}:{key} is '{value}'; expected {expected}.");
            }
        }

        return failures;
    }

    private static (string Key, string Expected, Setter Set) Text(string key, Action<CohereScorerOptions, string> set)
    {
        return (key, "a text", SetText);

        bool SetText(CohereScorerOptions options, string value)
        {
            set(options, value);
            return true;
        }
    }

    private static (string Key, string Expected, Setter Set) Number(string key, Action<CohereScorerOptions, int> set) =>
        Setting(key, "a whole number", static (string value, out int parsed) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out parsed), set);

    private static (string Key, string Expected, Setter Set) Time(string key, Action<CohereScorerOptions, TimeSpan> set) =>
        Setting(key, "a time such as 00:00:30", static (string value, out TimeSpan parsed) => TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out parsed), set);

    private static (string Key, string Expected, Setter Set) Flag(string key, Action<CohereScorerOptions, bool> set) => Setting(key, "true or false", bool.TryParse, set);

    // By name alone: a number would be one without a name, or the sum of two.
    private static (string Key, string Expected, Setter Set) Name<TEnum>(string key, Action<CohereScorerOptions, TEnum> set)
        where TEnum : struct, Enum =>
        Setting(
            key,
            string.Join(", ", Enum.GetNames<TEnum>()),
            static (string value, out TEnum parsed) =>
            {
                parsed = default;
                return Enum.GetNames<TEnum>().Contains(value, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(value, ignoreCase: true, out parsed);
            },
            set);

    private static (string Key, string Expected, Setter Set) Setting<T>(string key, string expected, Parser<T> parse, Action<CohereScorerOptions, T> set)
        where T : struct
    {
        return (key, expected, SetParsed);

        bool SetParsed(CohereScorerOptions options, string value)
        {
            bool fits = parse(value, out T parsed);
            if (fits)
            {
                set(options, parsed);
            }

            return fits;
        }
    }
}

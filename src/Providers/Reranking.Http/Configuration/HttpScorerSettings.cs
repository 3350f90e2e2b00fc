using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Reranking.Http.Configuration;

/// <summary>Reads <see cref="HttpScorerOptions"/> from a section.</summary>
/// <remarks>A value that does not fit its key becomes a message like those of the rules; a binder would throw.</remarks>
internal static class HttpScorerSettings
{
    private const int MaxShownLength = 32;

    private delegate bool Setter(HttpScorerOptions options, string value);

    private delegate bool Parser<T>(string value, out T parsed)
        where T : struct;

    private static readonly (string Key, string Expected, Setter Set)[] Settings =
    [
        Text(nameof(HttpScorerOptions.Endpoint), static (options, value) => options.Endpoint = ToAddress(value)),
        Text(nameof(HttpScorerOptions.ApiKey), static (options, value) => options.ApiKey = value),
        Text(nameof(HttpScorerOptions.Model), static (options, value) => options.Model = value),
        Name<HttpScoreKind>(nameof(HttpScorerOptions.ScoreKind), static (options, value) => options.ScoreKind = value),
        Number(nameof(HttpScorerOptions.MaxDocumentsPerRequest), static (options, value) => options.MaxDocumentsPerRequest = value),
        Number(nameof(HttpScorerOptions.MaxConcurrency), static (options, value) => options.MaxConcurrency = value),
        Number(nameof(HttpScorerOptions.MaxRetries), static (options, value) => options.MaxRetries = value),
        Number(nameof(HttpScorerOptions.RequestsPerMinute), static (options, value) => options.RequestsPerMinute = value),
        Text(nameof(HttpScorerOptions.Instruction), static (options, value) => options.Instruction = value),
        Flag(nameof(HttpScorerOptions.Truncate), static (options, value) => options.Truncate = value),
        Number(nameof(HttpScorerOptions.Priority), static (options, value) => options.Priority = value),
        Flag(nameof(HttpScorerOptions.SendTopN), static (options, value) => options.SendTopN = value),
        Name<OversizedDocuments>(nameof(HttpScorerOptions.OversizedDocuments), static (options, value) => options.OversizedDocuments = value),
        Number(nameof(HttpScorerOptions.MaxTokensPerDocument), static (options, value) => options.MaxTokensPerDocument = value),
        Time(nameof(HttpScorerOptions.Timeout), static (options, value) => options.Timeout = value),
        Time(nameof(HttpScorerOptions.AttemptTimeout), static (options, value) => options.AttemptTimeout = value),
        Flag(nameof(HttpScorerOptions.AllowInsecureHttp), static (options, value) => options.AllowInsecureHttp = value),
        Flag(nameof(HttpScorerOptions.DataStaysLocal), static (options, value) => options.DataStaysLocal = value),
    ];

    /// <summary>Gets the keys that a section may have.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [.. Settings.Select(setting => setting.Key), nameof(HttpScorerOptions.AdditionalProperties)];

    /// <summary>Sets what the section has; a blank value counts as none.</summary>
    /// <returns>Messages about the values that do not fit their keys.</returns>
    public static IReadOnlyList<string> Apply(IConfigurationSection section, HttpScorerOptions options)
    {
        options.SettingsPath = section.Path;
        List<string> failures = [];
        foreach ((string key, string expected, Setter set) in Settings)
        {
            if (section[key] is { Length: > 0 } value && !set(options, value))
            {
                failures.Add($"{section.Path}:{key} is {Shown(value)}; expected {expected}.");
            }
        }

        IConfigurationSection properties = section.GetSection(nameof(HttpScorerOptions.AdditionalProperties));
        if (properties.GetChildren().Any())
        {
            options.AdditionalProperties = properties.GetChildren().ToDictionary(static child => child.Key, ToValue);
        }
        else if (properties.Value is { Length: > 0 })
        {
            failures.Add($"{properties.Path} is a text; expected fields and their values.");
        }

        return failures;
    }

    // A value in the wrong place can be a key, and an address can hold one.
    private static string Shown(string value) =>
        value.Length > MaxShownLength || value.Contains("://", StringComparison.Ordinal)
            ? FormattableString.Invariant($"a text of {value.Length} characters")
            : $"'{value}'";

    // Configuration knows texts only: what looks like a number or a flag is one, and quotes around it make it a text.
    private static object? ToValue(IConfigurationSection section)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        return children.Length > 0 && children.All(static child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? children.Select(ToValue).ToArray()
            : children.Length > 0 ? children.ToDictionary(static child => child.Key, ToValue)
            : section.Value is not { } value ? null
            : bool.TryParse(value, out bool flag) ? flag
            : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? whole
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
            : value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1]
            : value;
    }

    // Any other value becomes a relative address, which the rules report without echoing it.
    private static Uri ToAddress(string value) => Uri.TryCreate(value, UriKind.Absolute, out Uri? address) ? address : new Uri("none", UriKind.Relative);

    private static (string Key, string Expected, Setter Set) Text(string key, Action<HttpScorerOptions, string> set)
    {
        return (key, "a text", SetText);

        bool SetText(HttpScorerOptions options, string value)
        {
            set(options, value);
            return true;
        }
    }

    private static (string Key, string Expected, Setter Set) Number(string key, Action<HttpScorerOptions, int> set) =>
        Setting(
            key,
            "a whole number",
            static (string value, out int parsed) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out parsed),
            set);

    private static (string Key, string Expected, Setter Set) Time(string key, Action<HttpScorerOptions, TimeSpan> set) =>
        Setting(key, TimeSetting.Expected, TimeSetting.TryParse, set);

    private static (string Key, string Expected, Setter Set) Flag(string key, Action<HttpScorerOptions, bool> set) =>
        Setting(key, "true or false", bool.TryParse, set);

    // By name only: a number could be one without a name.
    private static (string Key, string Expected, Setter Set) Name<TEnum>(string key, Action<HttpScorerOptions, TEnum> set)
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

    private static (string Key, string Expected, Setter Set) Setting<T>(string key, string expected, Parser<T> parse, Action<HttpScorerOptions, T> set)
        where T : struct
    {
        return (key, expected, SetParsed);

        bool SetParsed(HttpScorerOptions options, string value)
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

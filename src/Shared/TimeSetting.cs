using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Reranking;

/// <summary>Times of the configuration. .NET reads a plain number as days, and who writes one means seconds: it is refused.</summary>
internal static class TimeSetting
{
    /// <summary>What a time looks like, for messages.</summary>
    public const string Expected = "a time as hours:minutes:seconds, such as 00:00:02";

    /// <summary>Reads a time.</summary>
    /// <returns>Whether it is one, and no plain number.</returns>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        return HasUnits(text) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time);
    }

    /// <summary>Returns what is wrong with a setting that a binder reads, or <see langword="null"/> if it is not set or no plain number.</summary>
    public static string? Failure(IConfigurationSection setting) =>
        setting.Value is { Length: > 0 } text && !HasUnits(text) ? $"{setting.Path} is '{text}'; expected {Expected}." : null;

    /// <summary>Returns the same, or <see langword="null"/> if code has replaced what the binder read.</summary>
    public static string? Failure(IConfigurationSection setting, TimeSpan effective) =>
        TimeSpan.TryParse(setting.Value, CultureInfo.InvariantCulture, out TimeSpan read) && read == effective ? Failure(setting) : null;

    private static bool HasUnits(string text) => text.Contains(':', StringComparison.Ordinal);
}

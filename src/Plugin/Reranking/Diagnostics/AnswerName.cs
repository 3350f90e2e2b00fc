namespace Reranking.Diagnostics;

/// <summary>Names that come with an answer, as spans and logs show them. Metrics never do: a server could make up as many as there are calls.</summary>
internal static class AnswerName
{
    private const int MaxLength = 100;

    /// <summary>Returns the name, or <see langword="null"/> if it is too long or has characters that names have not.</summary>
    public static string? Shown(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && name.All(static character => char.IsLetterOrDigit(character) || ".-_/:@+ ()".Contains(character, StringComparison.Ordinal))
            ? name
            : null;
}

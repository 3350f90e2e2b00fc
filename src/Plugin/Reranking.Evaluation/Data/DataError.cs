namespace Reranking.Evaluation.Data;

/// <summary>Errors about files: where, what was found, what was expected. Texts of users are never quoted.</summary>
internal static class DataError
{
    private const int MaxQuotedLength = 24;

    public static InvalidDataException At(string path, int line, string found, string expected) =>
        new($"{path}, line {line}: found {found}; expected {expected}.");

    public static InvalidDataException In(string path, string found, string expected) => new($"{path}: found {found}; expected {expected}.");

    /// <summary>Quotes a value that is short and has no spaces, so that it is a number or an id and no text of somebody.</summary>
    public static string Quote(string value) =>
        value.Length is > 0 and <= MaxQuotedLength && !value.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? $"'{value}'"
            : $"a text of {value.Length} characters";
}

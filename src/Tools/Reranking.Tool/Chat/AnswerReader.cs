using System.Text.Json;

namespace Reranking.Tool.Chat;

/// <summary>Reads what a chat model was asked to write: a JSON object, with whatever it puts around it.</summary>
internal static class AnswerReader
{
    public const int HighestGrade = 2;

    private const string EndOfThoughts = "</think>";
    private const int MaxQuestionLength = 400;

    /// <summary>Returns the question of an answer, or <see langword="null"/> if there is none.</summary>
    public static string? ReadQuestion(string answer)
    {
        using JsonDocument? json = Parse(answer);
        try
        {
            return json is not null && json.RootElement.TryGetProperty("question", out JsonElement question) && question.ValueKind == JsonValueKind.String
                && question.GetString()!.ReplaceLineEndings(" ").Trim() is { Length: > 0 and <= MaxQuestionLength } text
                ? text
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;   // half of a character
        }
    }

    /// <summary>Returns the grades of an answer, or <see langword="null"/> if they are not one a passage, each from 0 to 2.</summary>
    public static int[]? ReadGrades(string answer, int count)
    {
        using JsonDocument? json = Parse(answer);
        if (json is null || !json.RootElement.TryGetProperty("grades", out JsonElement list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() != count)
        {
            return null;
        }

        int[] grades = [.. list.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int grade) ? grade : -1)];
        return Array.TrueForAll(grades, static grade => grade is >= 0 and <= HighestGrade) ? grades : null;
    }

    private static JsonDocument? Parse(string answer)
    {
        int thoughts = answer.LastIndexOf(EndOfThoughts, StringComparison.Ordinal);
        string rest = thoughts < 0 ? answer : answer[(thoughts + EndOfThoughts.Length)..];
        int start = rest.IndexOf('{');
        int end = rest.LastIndexOf('}');
        if (start < 0 || end < start)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(rest[start..(end + 1)]);   // that begins with a brace, so it is an object
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}

namespace Reranking.Tool;

/// <summary>A failure with a message for the person at the terminal.</summary>
/// <param name="message">What was found, what was expected, and what to change.</param>
/// <param name="exitCode">How the command ends.</param>
internal sealed class ToolException(string message, int exitCode = ExitCode.Failure) : Exception(message)
{
    /// <summary>Gets how the command ends.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Returns the line for an exception that a person can do something about, or <see langword="null"/> for a mistake of this program.</summary>
    public static string? LineFor(Exception exception) => exception switch
    {
        ToolException or RelevanceScoringException or InvalidDataException or IOException or UnauthorizedAccessException => OneLine(exception.Message),
        ArgumentException or InvalidOperationException or FormatException or Microsoft.Extensions.Options.OptionsValidationException =>
            OneLine(exception.Message),
        _ => null,
    };

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}

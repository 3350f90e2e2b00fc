using System.Text;
using Spectre.Console;

namespace Reranking.Tool.Output;

/// <summary>Where a command reads and writes: results to standard output, everything else to standard error.</summary>
internal sealed class Terminal
{
    private const int PipeWidth = 160;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    internal Terminal(IAnsiConsole results, IAnsiConsole notes, bool isInteractive)
    {
        Results = results;
        Notes = notes;
        IsInteractive = isInteractive;
    }

    /// <summary>Gets the console for tables and other results for people.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Gets the console for progress and notes.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Gets a value indicating whether a person sees the progress: standard error is a terminal.</summary>
    public bool IsInteractive { get; }

#pragma warning disable RS0030 // A tool writes to the console; this is the only place that does.
    public static Terminal Create()
    {
        // The same bytes everywhere, whatever the code page of the terminal.
        TextWriter output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true, NewLine = "\n" };
        TextWriter error = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true, NewLine = "\n" };
        IAnsiConsole results = Create(output, Console.IsOutputRedirected);
        IAnsiConsole notes = Create(error, Console.IsErrorRedirected);
        return new Terminal(results, notes, !Console.IsErrorRedirected);
    }

    public static bool IsInputRedirected => Console.IsInputRedirected;

    public static Stream OpenInput() => Console.OpenStandardInput();

    public static Stream OpenOutput() => Console.OpenStandardOutput();
#pragma warning restore RS0030

    /// <summary>Writes a line as it is, without markup, breaks or colors: JSON, which has no control characters.</summary>
    public void WriteLine(string line) => Results.Profile.Out.Writer.WriteLine(line);

    /// <summary>Writes a line for people, which may hold names and texts of others.</summary>
    public void WriteText(string line) => WriteLine(Printable(line));

    public void Note(string line) => Notes.Profile.Out.Writer.WriteLine(Printable(line));

    /// <summary>Returns a text with control characters made visible, so that no document can write to the terminal as it likes.</summary>
    public static string Printable(string text)
    {
        if (!text.Any(IsCommand))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            shown.Append(c is '\t' or '\n' or '\r' ? ' ' : IsCommand(c) ? '\uFFFD' : c);
        }

        return shown.ToString();
    }

    /// <summary>Returns the beginning of a text, of at most so many characters, without half of one at its end.</summary>
    public static string Beginning(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    // Control characters, and what turns the direction of a line, so that it reads as something else.
    private static bool IsCommand(char c) =>
        char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}

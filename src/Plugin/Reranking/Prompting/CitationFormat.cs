using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Reranking;

/// <summary>Writes passages so that a model can cite them by number, and so that no text, title or link can be mistaken for another passage.</summary>
/// <remarks>
/// <para>
/// A passage is a line with its number and sources, followed by the text with <c>&gt;</c> before each line. So whatever a text says stays inside its passage:
/// only a line that begins with a number in brackets starts a passage. <see cref="ContextPacker"/> and the context provider for agents write passages this way.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
public static partial class CitationFormat
{
    private const string LineBreaks = "\r\n|[\n\r\v\f\u001C-\u001E\u0085\u2028\u2029]";

    /// <summary>Writes a passage.</summary>
    /// <param name="number">The number for citation.</param>
    /// <param name="passage">The passage. Without text, only the line with its number and source is written.</param>
    /// <returns>Lines without a trailing line break.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="passage"/> is <see langword="null"/>.</exception>
    public static string Write(int number, ContextPassage passage)
    {
        ArgumentNullException.ThrowIfNull(passage);
        return Write(number, [passage], passage.Text);
    }

    /// <summary>Writes a passage of a packed context, with all its sources.</summary>
    /// <param name="passage">The passage.</param>
    /// <returns>Lines without a trailing line break.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="passage"/> is <see langword="null"/>.</exception>
    public static string Write(PackedPassage passage)
    {
        ArgumentNullException.ThrowIfNull(passage);
        return Write(passage.Citation, passage.Sources, passage.Text);
    }

    /// <summary>Quotes text so that it can't be mistaken for anything else, for custom formats.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text without surrounding whitespace, with <c>&gt;</c> before each line.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join('\n', LineBreakPattern().Split(text.Trim()).Select(static line => string.IsNullOrWhiteSpace(line) ? ">" : $"> {line}"));
    }

    private static string Write(int number, IReadOnlyList<ContextPassage> sources, string? text)
    {
        string names = string.Join("; ", sources.Select(static source => OnOneLine(source.Citation)).Where(static name => name.Length > 0));
        var passage = new StringBuilder().Append(CultureInfo.InvariantCulture, $"[{number}]").Append(names.Length > 0 ? " " : "").Append(names);
        return string.IsNullOrWhiteSpace(text) ? passage.ToString() : passage.Append('\n').Append(Quote(text)).ToString();
    }

    private static string OnOneLine(string name) => NumberInBracketsPattern().Replace(BlankPattern().Replace(name, " ").Trim(), "(${number})");

    [GeneratedRegex(LineBreaks)]
    private static partial Regex LineBreakPattern();

    [GeneratedRegex(@"[\s\p{Cc}\p{Zl}\p{Zp}]+")]
    private static partial Regex BlankPattern();

    // Brackets that a model may read as such, and what it does not see between them.
    [GeneratedRegex(@"[\[［【〔〖❲⟦](?<number>[\s\p{C}]*\p{N}[\p{N}\s\p{C}]*)[\]］】〕〗❳⟧]")]
    private static partial Regex NumberInBracketsPattern();
}

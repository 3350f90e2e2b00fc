using System.Globalization;
using System.Text;

namespace Samples;

/// <summary>Texts for a terminal. What comes from documents, users and models may hold commands for it, such as to clear it or to overwrite a line.</summary>
internal static class TerminalText
{
    private const char PictureOfNull = '\u2400';
    private const char PictureOfDelete = '\u2421';

    /// <summary>Returns the text with its control characters as something to see. Line breaks and tabs stay.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (char character in text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            _ = character switch
            {
                '\n' or '\t' => shown.Append(character),
                < ' ' => shown.Append((char)(PictureOfNull + character)),
                '\u007F' => shown.Append(PictureOfDelete),
                _ when IsCommand(character) => shown.Append(CultureInfo.InvariantCulture, $"<U+{(int)character:X4}>"),
                _ => shown.Append(character),
            };
        }

        return shown.ToString();
    }

    // The second set of control characters, and what turns the direction of a line or ends it.
    private static bool IsCommand(char character) => character is
        (>= '\u0080' and <= '\u009F') or '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u206F') or '\uFEFF'
        or (>= '\uFFF9' and <= '\uFFFB');
}

using System.Text;
using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>Makes what an API says fit for messages and logs: short, one line, and without the query, the documents or the key.</summary>
/// <remarks>Servers echo what they refuse. A message that holds a text of ours, or a piece of one, is left out as a whole: what is left of it could still tell too much.</remarks>
internal static class MessageRedactor
{
    /// <summary>How much of the body of an error is read.</summary>
    public const int MaxBodyLength = 16 * 1024;

    private const int MaxLength = 300;
    private const int ShortestText = 4;      // shorter ones are in every message, and tell nothing
    private const int PieceLength = 12;
    private const int PieceStep = 9;         // so that every common run of 20 characters holds a whole piece
    private const int KeyPieceLength = 6;    // of a key, not even the part that some servers leave unmasked
    private const int LookAhead = 40;        // so that a text of ours is known when only its beginning would be shown

    /// <summary>Finds the message in the body of an error.</summary>
    public static string? FindMessage(ResponseBody body, RerankDialect dialect)
    {
        if (body.IsCut || body.Bytes.IsEmpty)
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(body.Bytes);
            return dialect.ErrorPaths.Select(path => JsonPaths.FindText(json.RootElement, path)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
        }
        catch (JsonException)
        {
            return null;   // a page of a proxy: the status says it all
        }
    }

    /// <summary>Gives the text as it may be shown, or <see langword="null"/> where it may not.</summary>
    public static string? Clean(string text, RerankRequest request, string? key)
    {
        // Escapes hide what is written from the comparison below.
        if (text.Contains("\\u", StringComparison.OrdinalIgnoreCase) || text.Contains("\\x", StringComparison.OrdinalIgnoreCase) || HoldsKey(text, key))
        {
            return null;
        }

        string compared = Shorten(Comparable(text), MaxLength + LookAhead);
        if (Holds(compared, request.Query))
        {
            return null;
        }

        for (int i = 0; i < request.Count; i++)
        {
            if (Holds(compared, request.Documents[request.Start + i]))
            {
                return null;
            }
        }

        return Shorten(text, MaxLength);
    }

    private static bool HoldsKey(string text, string? key) =>
        !string.IsNullOrEmpty(key) && (text.Contains(key, StringComparison.OrdinalIgnoreCase) || HoldsPiece(text, key, KeyPieceLength, 1));

    private static bool Holds(string compared, string text)
    {
        string sought = Comparable(text);
        return (sought.Length >= ShortestText && compared.Contains(sought, StringComparison.OrdinalIgnoreCase)) || HoldsPiece(compared, sought, PieceLength, PieceStep);
    }

    /// <summary>Makes an echo equal to its text, whether it came as it is, in one line, or escaped as in JSON: one space for line breaks and the like, and no backslashes.</summary>
    private static string Comparable(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isBackslash = text[i] == '\\';
            bool isEscaped = isBackslash && i + 1 < text.Length && "nrtbfv".Contains(text[i + 1], StringComparison.Ordinal);
            if (isEscaped || char.IsWhiteSpace(text[i]) || char.IsControl(text[i]))
            {
                i += isEscaped ? 1 : 0;
                if (plain.Length > 0 && plain[^1] != ' ')
                {
                    plain.Append(' ');
                }
            }
            else if (!isBackslash)
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString().TrimEnd();
    }

    private static bool HoldsPiece(string compared, string text, int length, int step)
    {
        for (int start = 0; start + length <= compared.Length; start += step)
        {
            if (text.AsSpan().Contains(compared.AsSpan(start, length), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Shorten(string text, int maxLength)
    {
        var line = new StringBuilder(Math.Min(text.Length, maxLength + 1));
        foreach (Rune rune in text.AsSpan().Trim().EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > maxLength)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.ToString();
    }
}

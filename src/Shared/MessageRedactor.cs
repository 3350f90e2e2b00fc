using System.Globalization;
using System.Net;
using System.Text;

namespace Reranking;

/// <summary>Makes what a server says fit for messages and logs: short, on one line, and without texts of the request or its secrets.</summary>
/// <remarks>
/// Servers echo what they refuse, as it came or escaped, encoded and cut into tokens. A message that shares a run of characters with a text is withheld as a
/// whole, because the rest of it could still tell too much; so is one that can't be read to the ground.
/// </remarks>
internal static class MessageRedactor
{
    /// <summary>What stands in place of a message that is not shown.</summary>
    public const string Withheld = "(message withheld)";

    private const int MaxLength = 300;
    private const int RunLength = 8;
    private const int WordLength = 4;       // shorter texts are in every message, as parts of its words
    private const int SecretRunLength = 6;  // not even the part of a key that some servers leave unmasked
    private const int MaxNumbers = 5;       // an address with its port; more of them in a row can be the numbers of tokens or characters
    private const int MaxLayers = 4;
    private const int MaxReadings = 200;

    // The letters from \u00c0 to \u017f without their accents; string.Normalize does nothing where globalization is invariant.
    private const string PlainLatin =
        "AAAAAA\u00c6CEEEEIIII\u00d0NOOOOO\u00d7\u00d8UUUUY\u00de\u00dfaaaaaa\u00e6ceeeeiiii\u00f0nooooo\u00f7\u00f8uuu" +
        "uy\u00feyAaAaAaCcCcCcCcDd\u0110\u0111EeEeEeEeEeGgGgGgGgHh\u0126\u0127IiIiIiIiI\u0131IiJjKk\u0138LlLlLlLl\u0141" +
        "\u0142NnNnNn\u0149\u014a\u014bOoOoOo\u0152\u0153RrRrRrSsSsSsSsTtTt\u0166\u0167UuUuUuUuUuUuWwYyYZzZzZzs";

    private static readonly Func<string, string>[] Spellings = [OneLine, Unescaped, LettersAndDigits];

    /// <summary>
    /// Returns what can be shown of a server's text, or <see langword="null"/> if it is blank or shares a run with a text of the request or a secret.
    /// </summary>
    /// <param name="serverText">What the server says.</param>
    /// <param name="query">The query of the request.</param>
    /// <param name="documents">The documents of the request, and other texts that it has.</param>
    /// <param name="secrets">The keys of the request, in its headers and its address.</param>
    public static string? Redact(string serverText, string query, IEnumerable<string> documents, IEnumerable<string> secrets) =>
        string.IsNullOrWhiteSpace(serverText)
        || Readings(serverText) is not { } readings
        || Shares(readings, documents.Prepend(query), RunLength, WordLength)
        || Shares(readings, secrets, SecretRunLength, wordLength: 0)
            ? null
            : Shorten(serverText);

    /// <summary>
    /// Returns a name that a server gives, of a model or of an error, or <see langword="null"/> if it is none or shares a run with a text or a secret.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="maxLength">The length of the longest name.</param>
    /// <param name="isAllowed">Tells which characters names are made of.</param>
    /// <param name="texts">The texts of the request.</param>
    /// <param name="secrets">The keys of the request.</param>
    public static string? Name(string? name, int maxLength, Func<char, bool> isAllowed, IEnumerable<string> texts, IEnumerable<string> secrets) =>
        string.IsNullOrWhiteSpace(name)
        || name.Length > maxLength
        || !name.All(isAllowed)
        || Readings(name) is not { } readings
        || Shares(readings, texts.Where(static text => text.Length >= RunLength), RunLength, WordLength)
        || Shares(readings, secrets, SecretRunLength, wordLength: 0)
            ? null
            : name;

    private static bool Shares(IReadOnlyCollection<string> readings, IEnumerable<string> texts, int runLength, int wordLength)
    {
        Message[] messages = [.. Spellings.Select(spell => new Message([.. readings.Select(spell).Distinct()], runLength, wordLength))];
        return texts.Any(text =>
        {
            for (int i = 0; i < Spellings.Length; i++)
            {
                string spelled = Spellings[i](text);

                // Without its blanks and signs a short text can be a part of any word.
                if ((Spellings[i] != LettersAndDigits || spelled.Length >= runLength) && messages[i].Shares(spelled))
                {
                    return true;
                }
            }

            return false;
        });
    }

    /// <summary>Returns the text and what its layers of encoding hold, or <see langword="null"/> if it has codes of characters or too many layers.</summary>
    private static HashSet<string>? Readings(string text)
    {
        HashSet<string> readings = [text];
        List<string> layer = [text];
        for (int depth = 0; depth < MaxLayers && layer.Count > 0; depth++)
        {
            if (layer.Exists(static reading => HasCharacterCodes(reading) || HasNumbersInARow(reading)))
            {
                return null;   // they hide what is written from the comparison
            }

            layer = [.. layer.SelectMany(Decoded).Where(readings.Add)];
            if (readings.Count > MaxReadings)
            {
                return null;
            }
        }

        return readings;
    }

    private static IEnumerable<string> Decoded(string text)
    {
        yield return WebUtility.HtmlDecode(text);
        yield return Uri.UnescapeDataString(text.Replace('+', ' '));
        yield return Hexadecimal(text, skip: 0);
        yield return Hexadecimal(text, skip: 1);
        yield return Joined(text);
        yield return Compatible(text);
        for (int offset = 0; offset < 4; offset++)   // the text can begin in the middle of what is encoded
        {
            yield return Base64(text, offset);
        }
    }

    // What was broken into lines or tokens, in one piece.
    private static string Joined(string text) => string.Concat(
        text.Replace("##", "", StringComparison.Ordinal)
            .Replace("\\n", "", StringComparison.Ordinal)
            .Replace("\\r", "", StringComparison.Ordinal)
            .Where(static character => !char.IsWhiteSpace(character) && character is not ('\'' or '"' or ',')));

    // In the usual width, and without accents and marks that nobody sees.
    private static string Compatible(string text) => Ascii.IsValid(text)
        ? text
        : string.Concat(text.Where(static character => char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark))
            .Select(static character => character switch
            {
                >= '\uff01' and <= '\uff5e' => (char)(character - 0xfee0),
                >= '\u00c0' and <= '\u017f' => PlainLatin[character - '\u00c0'],
                _ => character,
            }));

    private static bool HasCharacterCodes(string text) =>
        text.Contains("\\u", StringComparison.OrdinalIgnoreCase) || text.Contains("\\x", StringComparison.OrdinalIgnoreCase);

    private static bool HasNumbersInARow(string text)
    {
        int numbers = 0;
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            bool isNumber = true;
            for (; i < text.Length && char.IsLetterOrDigit(text[i]); i++)
            {
                isNumber &= char.IsAsciiDigit(text[i]);
            }

            numbers = i == start ? numbers : isNumber ? numbers + 1 : 0;
            if (numbers > MaxNumbers)
            {
                return true;
            }

            i += i == start ? 1 : 0;
        }

        return false;
    }

    // The bytes of each row of pairs of hexadecimal digits, with or without prefixes and signs between them.
    private static string Hexadecimal(string text, int skip)
    {
        List<byte> bytes = [];
        int end = -1;   // of the pair before
        for (int i = 0; i + 1 < text.Length;)
        {
            if (!char.IsAsciiHexDigit(text[i]) || !char.IsAsciiHexDigit(text[i + 1]) || (text[i] == '0' && text[i + 1] is 'x' or 'X'))
            {
                i++;
                continue;
            }

            if (i != end)
            {
                if (end < 0 || i - end > 4)
                {
                    bytes.Add((byte)' ');   // a new row
                }

                i += skip;
            }

            if (i + 1 < text.Length && byte.TryParse(text.AsSpan(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
            }

            i += 2;
            end = i;
        }

        return bytes.Count < RunLength ? "" : Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Base64(string text, int offset)
    {
        var decoded = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/' or '-' or '_'))
            {
                i++;
            }

            // Eight characters make eleven.
            int length = i - start - offset;
            if (length < RunLength * 4 / 3)
            {
                continue;
            }

            length -= length % 4 == 1 ? 1 : 0;
            string run = text.Substring(start + offset, length).Replace('-', '+').Replace('_', '/');
            byte[] bytes = new byte[length];
            if (Convert.TryFromBase64String(run.PadRight((length + 3) / 4 * 4, '='), bytes, out int written))
            {
                decoded.Append(' ').Append(Encoding.UTF8.GetString(bytes, 0, written));
            }
        }

        return decoded.Replace("\0", "").ToString();   // of UTF-16
    }

    private static string OneLine(string text) =>
        string.Concat(text.Trim().Select(static character => char.IsControl(character) ? ' ' : character)).ToUpperInvariant();

    // One space for line breaks, escaped ones too, and the like, and no backslashes.
    private static string Unescaped(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isBackslash = text[i] == '\\';
            bool isEscape = isBackslash && i + 1 < text.Length && "nrtbfv".Contains(text[i + 1], StringComparison.Ordinal);
            if (isEscape || char.IsWhiteSpace(text[i]) || char.IsControl(text[i]))
            {
                i += isEscape ? 1 : 0;
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

        return plain.ToString().TrimEnd().ToUpperInvariant();
    }

    // As tokenizers leave them: without blanks, signs and accents, so that neither the marks of tokens nor what parts them counts.
    private static string LettersAndDigits(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char letter in Compatible(text))
        {
            if (char.IsLetterOrDigit(letter))
            {
                plain.Append(char.ToUpperInvariant(letter));
            }
        }

        return plain.ToString();
    }

    private static string Shorten(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, MaxLength + 1));
        foreach (Rune rune in text.AsSpan().Trim().EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > MaxLength)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format ? " " : rune.ToString());
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>The readings of a server's text, ready to be compared with many texts: each is read once, however long they are.</summary>
    private sealed class Message
    {
        private const uint Base = 16_777_619;

        private readonly IReadOnlyList<string> _readings;
        private readonly int _runLength;
        private readonly int _wordLength;
        private readonly uint _leading = 1;                 // the factor of the first character in the hash of a run
        private readonly HashSet<uint> _hashes;             // of all runs

        public Message(IReadOnlyList<string> readings, int runLength, int wordLength)
        {
            _readings = readings;
            _runLength = runLength;
            _wordLength = wordLength;
            for (int i = 1; i < runLength; i++)
            {
                _leading *= Base;
            }

            _hashes = [.. readings.SelectMany(Runs).Select(static run => run.Hash)];
        }

        /// <summary>
        /// Returns whether a reading has a run of a text in it, or all of a text that is shorter than a run; the shortest only as words of their own.
        /// </summary>
        public bool Shares(string text) =>
            text.Length == 0 ? false
            : text.Length < _wordLength ? _readings.Any(reading => HasWord(reading, text))
            : text.Length < _runLength ? _readings.Any(reading => reading.Contains(text, StringComparison.Ordinal))
            : Runs(text).Any(run => _hashes.Contains(run.Hash)
                && _readings.Any(reading => reading.AsSpan().Contains(text.AsSpan(run.Start, _runLength), StringComparison.Ordinal)));

        private static bool HasWord(string reading, string word)
        {
            for (int start = -1; (start = reading.IndexOf(word, start + 1, StringComparison.Ordinal)) >= 0;)
            {
                int end = start + word.Length;
                if ((start == 0 || !char.IsLetterOrDigit(reading[start - 1])) && (end == reading.Length || !char.IsLetterOrDigit(reading[end])))
                {
                    return true;
                }
            }

            return false;
        }

        private IEnumerable<(int Start, uint Hash)> Runs(string text)
        {
            uint hash = 0;
            for (int end = 0; end < text.Length; end++)
            {
                int start = end - _runLength + 1;
                hash = ((start > 0 ? hash - (text[start - 1] * _leading) : hash) * Base) + text[end];
                if (start >= 0)
                {
                    yield return (start, hash);
                }
            }
        }
    }
}

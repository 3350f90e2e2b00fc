using System.Text;

namespace Reranking;

/// <summary>Creates what a server says fit for messages and logs: short, on one line, and without texts of the request or the key.</summary>
/// <remarks>
/// Servers echo what they refuse. A message that repeats a text or a piece of one is left out as a whole, because the rest of it could still tell too much.
/// </remarks>
internal static class MessageRedactor
{
    private const int MaxLength = 300;
    private const int PieceLength = 12;
    private const int WordLength = 4;       // shorter texts are in every message, as parts of its words
    private const int KeyPieceLength = 6;   // not even the part of a key that some servers leave unmasked

    // An echo comes as it was sent, on one line, or escaped as in JSON.
    private static readonly Func<string, string>[] Spellings = [OneLine, Unescaped];

    /// <summary>Returns what can be shown of a server's text, or <see langword="null"/> if it is blank or repeats a text of the request or the key.</summary>
    /// <param name="serverText">What the server says.</param>
    /// <param name="query">The query of the request.</param>
    /// <param name="documents">The documents of the request, and other texts that it has.</param>
    /// <param name="key">The key of the request, or <see langword="null"/>.</param>
    public static string? Redact(string serverText, string query, IEnumerable<string> documents, string? key)
    {
        if (string.IsNullOrWhiteSpace(serverText) || HasCharacterCodes(serverText))
        {
            return null;
        }

        foreach (Func<string, string> spell in Spellings)
        {
            var message = new Message(spell(serverText), PieceLength, WordLength);
            if ((key is not null && new Message(spell(serverText), KeyPieceLength, wordLength: 0).Repeats(spell(key)))
                || message.Repeats(spell(query))
                || documents.Any(document => message.Repeats(spell(document))))
            {
                return null;
            }
        }

        return Shorten(serverText);
    }

    // They hide what is written from the comparison.
    private static bool HasCharacterCodes(string text) =>
        text.Contains("\\u", StringComparison.OrdinalIgnoreCase) || text.Contains("\\x", StringComparison.OrdinalIgnoreCase);

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

    private static string Shorten(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, MaxLength + 1));
        foreach (Rune rune in text.AsSpan().Trim().EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > MaxLength)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>A server's text, ready to be compared with many others: each is read once, however long the two are.</summary>
    private sealed class Message
    {
        private const uint Base = 16_777_619;

        private readonly string _text;
        private readonly int _pieceLength;
        private readonly int _wordLength;
        private readonly uint _leading = 1;                 // the factor of the first character in the hash of a piece
        private readonly HashSet<uint> _hashes;             // of all pieces

        public Message(string text, int pieceLength, int wordLength)
        {
            _text = text;
            _pieceLength = pieceLength;
            _wordLength = wordLength;
            for (int i = 1; i < pieceLength; i++)
            {
                _leading *= Base;
            }

            _hashes = [.. Pieces(text).Select(static piece => piece.Hash)];
        }

        /// <summary>
        /// Returns whether the message has a piece of a text in it, or all of a text that is shorter than a piece; the shortest only as words of their own.
        /// </summary>
        public bool Repeats(string text) =>
            text.Length == 0 ? false
            : text.Length < _wordLength ? HasWord(text)
            : text.Length < _pieceLength ? _text.Contains(text, StringComparison.Ordinal)
            : Pieces(text).Any(piece => _hashes.Contains(piece.Hash) && _text.Contains(text.Substring(piece.Start, _pieceLength), StringComparison.Ordinal));

        private bool HasWord(string word)
        {
            for (int start = -1; (start = _text.IndexOf(word, start + 1, StringComparison.Ordinal)) >= 0;)
            {
                int end = start + word.Length;
                if ((start == 0 || !char.IsLetterOrDigit(_text[start - 1])) && (end == _text.Length || !char.IsLetterOrDigit(_text[end])))
                {
                    return true;
                }
            }

            return false;
        }

        private IEnumerable<(int Start, uint Hash)> Pieces(string text)
        {
            uint hash = 0;
            for (int end = 0; end < text.Length; end++)
            {
                int start = end - _pieceLength + 1;
                hash = ((start > 0 ? hash - (text[start - 1] * _leading) : hash) * Base) + text[end];
                if (start >= 0)
                {
                    yield return (start, hash);
                }
            }
        }
    }
}

using System.Buffers;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.AddedTokens;

/// <summary>Finds added tokens: leftmost first, the longest of those, none inside another.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly CharTrie _trie;
    private readonly SearchValues<char> _firstCharacters;
    private readonly SearchValues<char> _characters;
    private readonly HashSet<(char First, char Second)> _neighbors;
    private readonly int _longest;

    /// <summary>Initializes a new instance of the <see cref="AddedTokenMatcher"/> class.</summary>
    /// <param name="tokens">Each token by what it looks like in the text; of equal ones the first counts.</param>
    public AddedTokenMatcher(IReadOnlyList<(string Pattern, AddedToken Token)> tokens)
    {
        _tokens = [.. tokens.Select(token => token.Token)];
        _trie = new CharTrie(tokens.Select((token, index) => KeyValuePair.Create(token.Pattern, index)));
        _firstCharacters = SearchValues.Create([.. tokens.Select(token => token.Pattern[0])]);
        _characters = SearchValues.Create([.. tokens.SelectMany(token => token.Pattern)]);
        _neighbors = [.. tokens.SelectMany(token => token.Pattern.Zip(token.Pattern[1..]))];
        _longest = tokens.Select(token => token.Pattern.Length).DefaultIfEmpty().Max();
        StripsLeft = _tokens.Any(token => token.StripsLeft);
        StripsRight = _tokens.Any(token => token.StripsRight);
    }

    public bool IsEmpty => _tokens.Length == 0;

    public bool StripsLeft { get; }

    public bool StripsRight { get; }

    /// <summary>Returns whether any token may reach over a place of the text.</summary>
    public bool MayJoin(TextCut cut) => cut switch
    {
        { After: > char.MaxValue } => true,
        { Before: TextCut.Unknown or > char.MaxValue } => _characters.Contains((char)cut.After),
        _ => _neighbors.Contains(((char)cut.Before, (char)cut.After)),
    };

    /// <summary>
    /// Returns how much of the start of a text may be searched before the rest is known: the tokens that start there are those of the whole, whatever follows.
    /// </summary>
    public int SettledLength(ReadOnlySpan<char> start)
    {
        if (IsEmpty)
        {
            return start.Length;
        }

        // A token may end behind the start, where a word may touch it; and one behind takes white space, if it does, up to here.
        const int LongestCodePoint = 2;
        start = start[..CodePoints.AlignIndex(start, Math.Max(0, start.Length - _longest - LongestCodePoint))];
        return (StripsLeft ? CodePoints.TrimEnd(start) : start).Length;
    }

    /// <summary>Finds the first token that starts in a part of the text.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="unread">Where the text starts that no token has taken yet.</param>
    /// <param name="from">The first start.</param>
    /// <param name="until">The end of the starts.</param>
    public AddedTokenMatch Find(ReadOnlySpan<char> text, int unread, int from, int until)
    {
        while (from < until)
        {
            int offset = text[from..until].IndexOfAny(_firstCharacters);
            if (offset < 0)
            {
                break;
            }

            int start = from + offset;
            int length = _trie.MatchLongest(text[start..], out int index);
            from = start + Math.Max(length, 1);
            if (length > 0 && !(_tokens[index].SingleWord && TouchesWord(text, start, from)))
            {
                return Strip(text, unread, _tokens[index], start, from);
            }
        }

        return new AddedTokenMatch(null, until, until, Math.Max(from, until));
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && CodePoints.IsWord(CodePoints.DecodeBefore(text, start))) || (end < text.Length && CodePoints.IsWord(CodePoints.Decode(text, end, out _)));

    private static AddedTokenMatch Strip(ReadOnlySpan<char> text, int unread, AddedToken token, int start, int end)
    {
        int strippedStart = start;
        int strippedEnd = end;
        if (token.StripsLeft)
        {
            while (strippedStart > unread && CodePoints.Is(text[strippedStart - 1], CodePointClasses.WhiteSpace))
            {
                strippedStart--;
            }

            // White space that the token before has taken already.
            strippedStart = Math.Max(strippedStart, unread);
        }

        while (token.StripsRight && strippedEnd < text.Length && CodePoints.Is(text[strippedEnd], CodePointClasses.WhiteSpace))
        {
            strippedEnd++;
        }

        return new AddedTokenMatch(token, strippedStart, strippedEnd, end);
    }
}

/// <summary>An added token in a text, or none.</summary>
/// <param name="Token">The token, or null where none was found.</param>
/// <param name="Start">Where it starts, with the white space that it takes.</param>
/// <param name="End">Where it ends, with the white space that it takes.</param>
/// <param name="SearchedTo">Where the next search starts.</param>
internal readonly record struct AddedTokenMatch(AddedToken? Token, int Start, int End, int SearchedTo);

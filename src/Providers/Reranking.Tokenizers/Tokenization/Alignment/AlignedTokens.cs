using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>The tokens of a text, and which part of it each of them is.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class AlignedTokens
{
    private readonly List<TextSpan> _spans = [];
    private readonly Dictionary<int, string> _added = [];   // by position

    public TokenBuffer Ids { get; } = new();

    public IReadOnlyList<TextSpan> Spans => _spans;

    public int Count => _spans.Count;

    /// <summary>Adds an added token.</summary>
    /// <param name="id">The id.</param>
    /// <param name="span">Its part of the text, with the white space that it takes.</param>
    /// <param name="written">How that part is written.</param>
    public void Add(int id, TextSpan span, ReadOnlySpan<char> written)
    {
        _added[_spans.Count] = written.ToString();
        Ids.Add(id);
        _spans.Add(span);
    }

    /// <summary>Adds the tokens of a pre-token.</summary>
    public void Add(TokenModel model, AlignedText text, TextSpan preToken, TokenizerScratch scratch)
    {
        int first = _spans.Count;
        model.EncodeSpans(text.Span[preToken.Start..preToken.End], Ids, _spans, scratch);
        for (int i = first; i < _spans.Count; i++)
        {
            _spans[i] = text.OriginOf(new TextSpan(preToken.Start + _spans[i].Start, preToken.Start + _spans[i].End));
        }
    }

    /// <summary>Takes the spaces that tokens start and end with out of their parts, as the post-processors of bytes do.</summary>
    /// <param name="keepsFirstSpace">Whether the space at the start of a text was not in it.</param>
    /// <param name="tokenOf">Returns how a token is written.</param>
    public void TrimSpaces(bool keepsFirstSpace, Func<int, string?> tokenOf)
    {
        char space = ByteAlphabet.CharacterOf((byte)' ');
        for (int i = 0; i < _spans.Count; i++)
        {
            ReadOnlySpan<char> token = _added.GetValueOrDefault(i) ?? tokenOf(Ids.Ids[i]);
            int leading = 0;
            while (leading < token.Length && IsSpace(token[leading]))
            {
                leading++;
            }

            int trailing = 0;
            while (trailing < token.Length && IsSpace(token[^(trailing + 1)]))
            {
                trailing++;
            }

            (int start, int end) = _spans[i];
            bool keepsStart = keepsFirstSpace && leading == 1 && (i == 0 || start == 0);
            start = keepsStart ? start : Math.Min(start + leading, end);
            _spans[i] = new TextSpan(start, trailing > 0 && end >= trailing ? Math.Max(end - trailing, start) : end);
        }

        bool IsSpace(char character) => character == space || CodePoints.Is(character, CodePointClasses.WhiteSpace);
    }
}

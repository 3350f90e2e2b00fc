using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>The regex of Qwen 2 and 3.</summary>
internal sealed class Qwen2SplitPattern : SplitPattern
{
    public override string Regex =>
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Punctuation takes the line ends after it.
    public override bool SplitsAt(TextCut cut) => cut.After is not ('\r' or '\n') && base.SplitsAt(cut);

    protected override int Match(ReadOnlySpan<char> text)
    {
        int contraction = text[0] == '\'' ? MatchContraction(text) : 0;
        if (contraction > 0)
        {
            return contraction;
        }

        CodePointClasses first = KindAt(text, 0, out int length);
        if (first == CodePointClasses.Number)
        {
            return length;
        }

        CodePointClasses second = length < text.Length ? KindAt(text, length, out _) : CodePointClasses.WhiteSpace;
        if (first == CodePointClasses.Letter || (second == CodePointClasses.Letter && text[0] is not ('\r' or '\n')))
        {
            return EndOfRun(text, length, CodePointClasses.Letter);
        }

        return first == CodePointClasses.None || (text[0] == ' ' && second == CodePointClasses.None) ? MatchOther(text, length) : MatchBlank(text);
    }

    private static int MatchOther(ReadOnlySpan<char> text, int from)
    {
        int end = EndOfRun(text, from, CodePointClasses.None);
        int lineEnds = text[end..].IndexOfAnyExcept('\r', '\n');
        return lineEnds < 0 ? text.Length : end + lineEnds;
    }

    private static int MatchBlank(ReadOnlySpan<char> text)
    {
        int end = EndOfRun(text, 0, CodePointClasses.WhiteSpace);
        int lineEnd = text[..end].LastIndexOfAny('\r', '\n');
        return lineEnd >= 0 ? lineEnd + 1 : MatchWhiteSpace(text, end);
    }

    private static int MatchContraction(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 && ((char)(text[1] | ' '), (char)(text[2] | ' ')) is ('r', 'e') or ('v', 'e') or ('l', 'l'))
        {
            return 3;
        }

        // Without regard to case, the long s is an s.
        return text.Length > 1 && (text[1] == '\u017F' || (char)(text[1] | ' ') is 's' or 't' or 'm' or 'd') ? 2 : 0;
    }
}

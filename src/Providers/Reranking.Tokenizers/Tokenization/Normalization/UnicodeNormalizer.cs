using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>NFC</c>, <c>NFD</c>, <c>NFKC</c> and <c>NFKD</c>, from frozen tables: .NET's do nothing if there is no ICU.</summary>
/// <param name="composes">Whether it ends in composed characters, as <c>NFC</c> and <c>NFKC</c> do.</param>
/// <param name="isCompatible">Whether compatibility characters are replaced, as by <c>NFKC</c> and <c>NFKD</c>.</param>
internal sealed class UnicodeNormalizer(bool composes, bool isCompatible) : Normalizer
{
    // The first character that composes with one after it is '<'.
    private const char FirstComposing = '<';
    private const char LastAscii = '\u007F';

    // No character below the combining marks changes or joins another in NFC.
    private readonly char _lastPlain = composes && !isCompatible ? '\u02FF' : LastAscii;

    private readonly CodePointClasses _changing = CodePointClasses.Combining
        | (composes ? CodePointClasses.JoinsBefore : CodePointClasses.HasDecomposition)
        | (isCompatible ? CodePointClasses.HasCompatibilityDecomposition : CodePointClasses.None);

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            int changing = FindChanging(text, i);
            int start = composes && changing < text.Length ? StartOfCodePointBefore(text, i, changing) : changing;
            output.Append(text[i..start]);
            i = start < text.Length ? AppendRun(text, start, output, scratch.Canonical) : start;
        }
    }

    // A mark that follows may change it, which no white space and no punctuation before '<' allows.
    public override TextCut Cut(TextCut cut) =>
        new(cut.Before <= LastAscii ? cut.Before : TextCut.Unknown, cut.After < FirstComposing ? cut.After : TextCut.Unknown);

    // Before a code point that stays as it is, whatever comes before it.
    public override int SettledLength(ReadOnlySpan<char> start)
    {
        int end = start.Length;
        do
        {
            end = StartOfCodePointBefore(start, 0, end);
        }
        while (end > 0 && IsChanging(start, end, out _, out _));
        return end;
    }

    private static int StartOfCodePointBefore(ReadOnlySpan<char> text, int first, int index)
    {
        if (index == first)
        {
            return index;
        }

        return index - 2 >= first && char.IsSurrogatePair(text[index - 2], text[index - 1]) ? index - 2 : index - 1;
    }

    private int FindChanging(ReadOnlySpan<char> text, int from)
    {
        for (int i = from; i < text.Length;)
        {
            int plain = text[i..].IndexOfAnyExceptInRange('\0', _lastPlain);
            if (plain < 0)
            {
                break;
            }

            i += plain;
            if (IsChanging(text, i, out int codePoint, out int length))
            {
                return i;
            }

            i += length;
        }

        return text.Length;
    }

    // From one code point to the next that stays as it is, whatever comes before it.
    private int AppendRun(ReadOnlySpan<char> text, int start, CharBuffer output, CanonicalRun run)
    {
        int i = start;
        while (i < text.Length && (IsChanging(text, i, out int codePoint, out int length) || i == start))
        {
            AddDecomposed(codePoint, output, run);
            i += length;
        }

        run.Flush(composes, output);
        return i;
    }

    private bool IsChanging(ReadOnlySpan<char> text, int index, out int codePoint, out int length)
    {
        codePoint = CodePoints.Decode(text, index, out length);
        CodePointClasses classes = CodePoints.ClassesOf(codePoint);
        bool isLoneSurrogate = length == 1 && char.IsSurrogate(text[index]);
        return (classes & _changing) != 0
            || (classes & (CodePointClasses.HasDecomposition | CodePointClasses.Composed)) == CodePointClasses.HasDecomposition
            || isLoneSurrogate;
    }

    private void AddDecomposed(int codePoint, CharBuffer output, CanonicalRun run)
    {
        CodePointClasses classes = CodePoints.ClassesOf(codePoint);
        Span<int> hangul = stackalloc int[3];
        ReadOnlySpan<int> parts = isCompatible && (classes & CodePointClasses.HasCompatibilityDecomposition) != 0 ? CodePoints.DecomposeCompatibly(codePoint)
            : (classes & CodePointClasses.HasDecomposition) != 0 ? CodePoints.Decompose(codePoint, hangul)
            : [codePoint];
        foreach (int part in parts)
        {
            run.Add(part, composes, output);
        }
    }
}

using Reranking.Tokenizers.Tokenization.Alignment;
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

    public override void Align(AlignedText source, AlignedText target)
    {
        ReadOnlySpan<char> text = source.Span;
        var changes = new CharacterChanges();
        for (int i = 0; i < text.Length;)
        {
            int changing = FindChanging(text, i);
            int start = composes && changing < text.Length ? StartOfCodePointBefore(text, i, changing) : changing;
            while (i < start)
            {
                changes.Add(CodePoints.Decode(text, i, out int length));
                i += length;
            }

            i = start < text.Length ? AddRun(text, start, changes) : start;
        }

        changes.Apply(source, target);
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

    private int AddRun(ReadOnlySpan<char> text, int start, CharacterChanges changes)
    {
        var run = new List<(int CodePoint, int Class, int Change)>();
        Span<int> hangul = stackalloc int[3];
        int i = start;
        while (i < text.Length && (IsChanging(text, i, out int codePoint, out int length) || i == start))
        {
            int change = 0;
            foreach (int part in DecomposedOf(codePoint, hangul))
            {
                run.Add((part, CodePoints.CombiningClassOf(part), change));
                change = 1;
            }

            i += length;
        }

        CanonicalChanges.Add(run, composes, changes);
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
        Span<int> hangul = stackalloc int[3];
        foreach (int part in DecomposedOf(codePoint, hangul))
        {
            run.Add(part, composes, output);
        }
    }

    private ReadOnlySpan<int> DecomposedOf(int codePoint, Span<int> buffer)
    {
        CodePointClasses classes = CodePoints.ClassesOf(codePoint);
        if (isCompatible && (classes & CodePointClasses.HasCompatibilityDecomposition) != 0)
        {
            return CodePoints.DecomposeCompatibly(codePoint);
        }

        if ((classes & CodePointClasses.HasDecomposition) != 0)
        {
            return CodePoints.Decompose(codePoint, buffer);
        }

        buffer[0] = codePoint;
        return buffer[..1];
    }
}

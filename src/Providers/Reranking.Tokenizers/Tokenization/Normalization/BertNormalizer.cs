using System.Text;
using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>BertNormalizer</c>: cleans, sets ideographs apart, strips accents and lower-cases, in this order and in one pass.</summary>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowercase) : Normalizer
{
    private const char Removed = '\uFFFF';

    private const CodePointClasses Changing =
        CodePointClasses.Control
        | CodePointClasses.Combining
        | CodePointClasses.StrippedMark
        | CodePointClasses.HasDecomposition
        | CodePointClasses.HasLowercase;

    private static readonly UnicodeNormalizer Decomposition = new(composes: false, isCompatible: false);

    private readonly char[] _ascii = BuildAscii(cleanText, lowercase);

    public static BertNormalizer Read(ComponentJson json)
    {
        bool lowercase = json.GetBoolean("lowercase");
        return new BertNormalizer(
            json.GetBoolean("clean_text"),
            json.GetBoolean("handle_chinese_chars"),
            json.GetOptionalBoolean("strip_accents") ?? lowercase,
            lowercase);
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        CombiningRun marks = scratch.Marks;
        for (int i = 0; i < text.Length;)
        {
            char first = text[i];
            if (first < _ascii.Length)
            {
                AppendAscii(first, output, marks);
                i++;
                continue;
            }

            int codePoint = CodePoints.Decode(text, i, out int length);
            AppendCleaned(codePoint, output, marks);
            i += length;
        }

        FlushMarks(output, marks);
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        var cleaned = new AlignedText();
        AlignCleaned(source, cleaned);
        if (stripAccents)
        {
            source = cleaned;
            cleaned = new AlignedText();
            Decomposition.Align(source, cleaned);
        }

        for (int i = 0; i < cleaned.Length;)
        {
            int codePoint = CodePoints.Decode(cleaned.Span, i, out int length);
            TextSpan origin = cleaned.OriginOf(i);
            i += length;
            if (stripAccents && CodePoints.Is(codePoint, CodePointClasses.StrippedMark))
            {
                continue;
            }

            if (lowercase)
            {
                LowercaseNormalizer.Append(codePoint, origin, target);
            }
            else
            {
                target.Append(codePoint, origin);
            }
        }
    }

    public override TextCut Cut(TextCut cut) => new(TextCut.Unknown, StartOf(cut.After));

    // Before a code point that is written after all marks that wait; those that are composed start with such a one.
    public override int SettledLength(ReadOnlySpan<char> start)
    {
        const CodePointClasses MayWait = CodePointClasses.Control | CodePointClasses.Combining | CodePointClasses.StrippedMark;
        while (!start.IsEmpty)
        {
            int codePoint = CodePoints.DecodeBefore(start, start.Length);
            CodePointClasses classes = CodePoints.ClassesOf(codePoint);
            start = start[..^new Rune(codePoint).Utf16SequenceLength];
            if ((classes & MayWait) == 0 && (classes & (CodePointClasses.HasDecomposition | CodePointClasses.Composed)) != CodePointClasses.HasDecomposition)
            {
                break;
            }
        }

        return start.Length;
    }

    public override int CountWithout(ReadOnlySpan<char> text, CodePointClasses classes) => (classes & ~BertWords.Ends) == 0 ? BertWords.Count(text) : 0;

    private void AlignCleaned(AlignedText source, AlignedText cleaned)
    {
        for (int i = 0; i < source.Length;)
        {
            int codePoint = CodePoints.Decode(source.Span, i, out int length);
            CodePointClasses classes = CodePoints.ClassesOf(codePoint);
            TextSpan origin = source.OriginOf(i);
            i += length;
            if (cleanText && (classes & CodePointClasses.Control) != 0)
            {
                continue;
            }

            bool isSetApart = handleChineseCharacters && (classes & CodePointClasses.Ideograph) != 0;
            if (isSetApart)
            {
                cleaned.Append(' ', origin);
            }

            cleaned.Append(cleanText && (classes & CodePointClasses.WhiteSpace) != 0 ? ' ' : codePoint, origin);
            if (isSetApart)
            {
                cleaned.Append(' ', origin);
            }
        }
    }

    private int StartOf(int codePoint)
    {
        if (codePoint < _ascii.Length)
        {
            // What is removed would leave the next character to start the text, and nobody has looked at that.
            return _ascii[codePoint] == Removed ? TextCut.Unknown : _ascii[codePoint];
        }

        CodePointClasses classes = CodePoints.ClassesOf(codePoint);
        if (cleanText && (classes & CodePointClasses.Control) != 0)
        {
            return TextCut.Unknown;   // removed like those of ASCII: U+0085, which is white space too, joins what stands around it
        }

        bool isSpace = cleanText && (classes & CodePointClasses.WhiteSpace) != 0;
        bool isSetApart = handleChineseCharacters && (classes & CodePointClasses.Ideograph) != 0;
        bool isMark = (classes & CodePointClasses.Punctuation) != 0 && (classes & Changing) == 0;
        return isSpace || isSetApart ? ' ' : isMark ? codePoint : TextCut.Unknown;
    }

    private static char[] BuildAscii(bool cleanText, bool lowercase)
    {
        char[] ascii = new char[0x80];
        for (char c = '\0'; c < ascii.Length; c++)
        {
            bool removed = cleanText && CodePoints.Is(c, CodePointClasses.Control);
            bool blank = cleanText && CodePoints.Is(c, CodePointClasses.WhiteSpace);
            ascii[c] = removed ? Removed : blank ? ' ' : lowercase ? char.ToLowerInvariant(c) : c;
        }

        return ascii;
    }

    private void AppendAscii(char character, CharBuffer output, CombiningRun marks)
    {
        char mapped = _ascii[character];
        if (mapped != Removed)
        {
            FlushMarks(output, marks);
            output.Append(mapped);
        }
    }

    private void AppendCleaned(int codePoint, CharBuffer output, CombiningRun marks)
    {
        CodePointClasses classes = CodePoints.ClassesOf(codePoint);
        if (cleanText && (classes & CodePointClasses.Control) != 0)
        {
            return;
        }

        if (cleanText && (classes & CodePointClasses.WhiteSpace) != 0)
        {
            FlushMarks(output, marks);
            output.Append(' ');
        }
        else if (handleChineseCharacters && (classes & CodePointClasses.Ideograph) != 0)
        {
            FlushMarks(output, marks);
            output.Append(' ');
            AppendDecomposed(codePoint, classes, output, marks);
            FlushMarks(output, marks);
            output.Append(' ');
        }
        else
        {
            AppendDecomposed(codePoint, classes, output, marks);
        }
    }

    private void AppendDecomposed(int codePoint, CodePointClasses classes, CharBuffer output, CombiningRun marks)
    {
        if (!stripAccents)
        {
            AppendCased(codePoint, output);
        }
        else if ((classes & CodePointClasses.HasDecomposition) == 0)
        {
            AppendUnlessMark(codePoint, classes, output, marks);
        }
        else
        {
            Span<int> hangul = stackalloc int[3];
            foreach (int part in CodePoints.Decompose(codePoint, hangul))
            {
                AppendUnlessMark(part, CodePoints.ClassesOf(part), output, marks);
            }
        }
    }

    private void AppendUnlessMark(int codePoint, CodePointClasses classes, CharBuffer output, CombiningRun marks)
    {
        bool isCombining = (classes & CodePointClasses.Combining) != 0;
        if (!isCombining)
        {
            FlushMarks(output, marks);
        }

        // A mark that goes leaves the order of the others as it is, so it need not be sorted with them.
        if ((classes & CodePointClasses.StrippedMark) != 0)
        {
            return;
        }

        if (isCombining)
        {
            marks.Add(codePoint);
        }
        else
        {
            AppendCased(codePoint, output);
        }
    }

    private void AppendCased(int codePoint, CharBuffer output)
    {
        if (lowercase)
        {
            LowercaseNormalizer.Append(codePoint, output);
        }
        else
        {
            output.AppendCodePoint(codePoint);
        }
    }

    private void FlushMarks(CharBuffer output, CombiningRun marks)
    {
        if (marks.IsEmpty)
        {
            return;
        }

        foreach (long key in marks.Sort())
        {
            AppendCased(CombiningRun.CodePointOf(key), output);
        }

        marks.Clear();
    }
}

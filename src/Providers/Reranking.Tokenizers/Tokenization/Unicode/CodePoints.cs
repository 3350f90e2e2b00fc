using System.Buffers;
using System.Text;

namespace Reranking.Tokenizers.Tokenization.Unicode;

/// <summary>Classes and mappings of code points, from frozen tables and not from .NET's.</summary>
/// <remarks>Thread-safe. The tables are expanded once a process, to about 200 kB.</remarks>
internal static class CodePoints
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TrailBase = 0x11A7;
    private const int TrailCount = 28;

    private static readonly CodePointMap<CodePointClasses> Classes = new(Fill);
    private static readonly (int[] From, int[] To) Lowercase = BuildLowercase();

    // Copies, as code that is not optimized allocates for each look at the table itself.
    private static readonly int[] DecompositionTable = [.. UnicodeTables.Decomposition];
    private static readonly int[] CombiningClassTable = [.. UnicodeTables.CombiningClass];
    private static readonly int[] CompatibilityTable = [.. UnicodeTables.CompatibilityDecomposition];
    private static readonly (int[] From, int[] Start) Decompositions = BuildDecompositions(DecompositionTable);
    private static readonly (int[] From, int[] Start) CompatibilityDecompositions = BuildDecompositions(CompatibilityTable);
    private static readonly (long[] Pairs, int[] To) Compositions = BuildCompositions();

    public static CodePointClasses ClassesOf(int codePoint) => Classes[codePoint];

    public static bool Is(int codePoint, CodePointClasses classes) => (ClassesOf(codePoint) & classes) != 0;

    /// <summary>Returns what the regex <c>\w</c> matches in Rust.</summary>
    public static bool IsWord(int codePoint) => Is(codePoint, CodePointClasses.Word);

    public static int CombiningClassOf(int codePoint)
    {
        int range = FindRange(CombiningClassTable, codePoint);
        return range < 0 ? 0 : CombiningClassTable[range + 2];
    }

    /// <summary>Returns the lower case of a code point that is <see cref="CodePointClasses.HasLowercase"/>.</summary>
    public static int ToLowercase(int codePoint) => Lowercase.To[SortedSearch.IndexOf<int>(Lowercase.From, codePoint)];

    /// <summary>Returns the full canonical decomposition of a code point that is <see cref="CodePointClasses.HasDecomposition"/>.</summary>
    public static ReadOnlySpan<int> Decompose(int codePoint, Span<int> hangul)
    {
        if (codePoint is >= HangulFirst and <= HangulLast)
        {
            return DecomposeHangul(codePoint - HangulFirst, hangul);
        }

        int start = Decompositions.Start[SortedSearch.IndexOf<int>(Decompositions.From, codePoint)];
        return DecompositionTable.AsSpan(start + 1, DecompositionTable[start]);
    }

    /// <summary>Returns the full decomposition of a code point that is <see cref="CodePointClasses.HasCompatibilityDecomposition"/>.</summary>
    public static ReadOnlySpan<int> DecomposeCompatibly(int codePoint)
    {
        int start = CompatibilityDecompositions.Start[SortedSearch.IndexOf<int>(CompatibilityDecompositions.From, codePoint)];
        return CompatibilityTable.AsSpan(start + 1, CompatibilityTable[start]);
    }

    /// <summary>Returns what NFC makes of two code points that follow each other, or -1 where they stay two.</summary>
    public static int Compose(int first, int second)
    {
        int hangul = ComposeHangul(first, second);
        if (hangul >= 0)
        {
            return hangul;
        }

        int index = SortedSearch.IndexOf<long>(Compositions.Pairs, PairOf(first, second));
        return index < 0 ? -1 : Compositions.To[index];
    }

    /// <summary>Counts the code units of the code points of some classes, out of a mask, that a part of a text starts with.</summary>
    public static int CountRun(ReadOnlySpan<char> text, CodePointClasses mask, CodePointClasses classes)
    {
        int i = 0;
        while (i < text.Length && (ClassesOf(Decode(text, i, out int length)) & mask) == classes)
        {
            i += length;
        }

        return i;
    }

    /// <summary>Reads one code point; a lone surrogate reads as U+FFFD.</summary>
    public static int Decode(ReadOnlySpan<char> text, int index, out int length)
    {
        char first = text[index];
        length = 1;
        if (!char.IsSurrogate(first))
        {
            return first;
        }

        if (Rune.DecodeFromUtf16(text[index..], out Rune rune, out length) != OperationStatus.Done)
        {
            length = 1;
        }

        return rune.Value;
    }

    /// <summary>Reads the code point that ends before an index.</summary>
    public static int DecodeBefore(ReadOnlySpan<char> text, int index)
    {
        Rune.DecodeLastFromUtf16(text[..index], out Rune rune, out _);
        return rune.Value;
    }

    /// <summary>Leaves out the white space at the end.</summary>
    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && Is(text[^1], CodePointClasses.WhiteSpace))
        {
            text = text[..^1];
        }

        return text;
    }

    /// <summary>Returns an index, or the end of the surrogate pair that it is in the middle of.</summary>
    public static int AlignIndex(ReadOnlySpan<char> text, int index) =>
        index > 0 && index < text.Length && char.IsSurrogatePair(text[index - 1], text[index]) ? index + 1 : index;

    // The arithmetic of chapter 3.12 of the Unicode standard.
    private static ReadOnlySpan<int> DecomposeHangul(int syllable, Span<int> parts)
    {
        int trail = syllable % TrailCount;
        parts[0] = LeadFirst + (syllable / (VowelCount * TrailCount));
        parts[1] = VowelFirst + (syllable / TrailCount % VowelCount);
        parts[2] = TrailBase + trail;
        return parts[..(trail == 0 ? 2 : 3)];
    }

    private static int ComposeHangul(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            return HangulFirst + ((((first - LeadFirst) * VowelCount) + (second - VowelFirst)) * TrailCount);
        }

        bool isOpen = first is >= HangulFirst and <= HangulLast && (first - HangulFirst) % TrailCount == 0;
        return isOpen && second is > TrailBase and < TrailBase + TrailCount ? first + (second - TrailBase) : -1;
    }

    private static long PairOf(int first, int second) => ((long)first << 32) | (long)second;

    private static int FindRange(ReadOnlySpan<int> ranges, int codePoint)
    {
        const int Width = 3;
        int low = 0;
        int high = (ranges.Length / Width) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < ranges[middle * Width])
            {
                high = middle - 1;
            }
            else if (codePoint > ranges[(middle * Width) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return middle * Width;
            }
        }

        return -1;
    }

    private static void Fill(CodePointClasses[] all)
    {
        Mark(all, UnicodeTables.WhiteSpace, CodePointClasses.WhiteSpace);
        Mark(all, UnicodeTables.Punctuation, CodePointClasses.Punctuation);
        Mark(all, UnicodeTables.Control, CodePointClasses.Control);
        Mark(all, UnicodeTables.Ideograph, CodePointClasses.Ideograph);
        Mark(all, UnicodeTables.StrippedMark, CodePointClasses.StrippedMark);
        Mark(all, UnicodeTables.CombiningClass, CodePointClasses.Combining, width: 3);
        Mark(all, UnicodeTables.AccentMark, CodePointClasses.AccentMark);
        Mark(all, UnicodeTables.Letter, CodePointClasses.Letter);
        Mark(all, UnicodeTables.Number, CodePointClasses.Number);
        Mark(all, UnicodeTables.Word, CodePointClasses.Word);
        Mark(all, UnicodeTables.Digit, CodePointClasses.Digit);
        Mark(all, [HangulFirst, HangulLast], CodePointClasses.HasDecomposition | CodePointClasses.Composed);
        Mark(all, [VowelFirst, VowelFirst + VowelCount - 1, TrailBase + 1, TrailBase + TrailCount - 1], CodePointClasses.JoinsBefore);
        MarkDecompositions(all, UnicodeTables.Decomposition, CodePointClasses.HasDecomposition);
        MarkDecompositions(all, UnicodeTables.CompatibilityDecomposition, CodePointClasses.HasCompatibilityDecomposition);
        for (int i = 0; i < UnicodeTables.Composition.Length; i += 3)
        {
            all[UnicodeTables.Composition[i + 1]] |= CodePointClasses.JoinsBefore;
            all[UnicodeTables.Composition[i + 2]] |= CodePointClasses.Composed;
        }

        for (int i = 0; i < UnicodeTables.Lowercase.Length; i += 2)
        {
            all[UnicodeTables.Lowercase[i]] |= CodePointClasses.HasLowercase;
        }
    }

    private static void Mark(CodePointClasses[] all, ReadOnlySpan<int> ranges, CodePointClasses mark, int width = 2)
    {
        for (int i = 0; i < ranges.Length; i += width)
        {
            foreach (ref CodePointClasses classes in all.AsSpan(ranges[i]..(ranges[i + 1] + 1)))
            {
                classes |= mark;
            }
        }
    }

    private static void MarkDecompositions(CodePointClasses[] all, ReadOnlySpan<int> entries, CodePointClasses mark)
    {
        for (int i = 0; i < entries.Length; i += 2 + entries[i + 1])
        {
            all[entries[i]] |= mark;
        }
    }

    private static (int[] From, int[] To) BuildLowercase()
    {
        ReadOnlySpan<int> pairs = UnicodeTables.Lowercase;
        int[] from = new int[pairs.Length / 2];
        int[] to = new int[from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            (from[i], to[i]) = (pairs[2 * i], pairs[(2 * i) + 1]);
        }

        return (from, to);
    }

    private static (int[] From, int[] Start) BuildDecompositions(int[] entries)
    {
        var from = new List<int>();
        var start = new List<int>();
        for (int i = 0; i < entries.Length; i += 2 + entries[i + 1])
        {
            from.Add(entries[i]);
            start.Add(i + 1);
        }

        return ([.. from], [.. start]);
    }

    private static (long[] Pairs, int[] To) BuildCompositions()
    {
        ReadOnlySpan<int> entries = UnicodeTables.Composition;
        long[] pairs = new long[entries.Length / 3];
        int[] to = new int[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            (pairs[i], to[i]) = (PairOf(entries[3 * i], entries[(3 * i) + 1]), entries[(3 * i) + 2]);
        }

        return (pairs, to);
    }
}

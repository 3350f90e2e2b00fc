namespace Reranking.Tokenizers.Tokenization.Unicode;

/// <summary>Where the graphemes of a text end, from frozen tables: those of .NET change with its version.</summary>
/// <remarks>
/// Flags of two regional indicators are left out, as nothing here can tell: only below 6 bytes is a grapheme looked at as a whole, and a flag has 8.
/// Thread-safe.
/// </remarks>
internal static class Graphemes
{
    private const char Joiner = '\u200D';
    private const char NonJoiner = '\u200C';

    private static readonly CodePointMap<GraphemeClasses> Classes = new(Fill);

    private enum Hangul
    {
        None,
        Lead,
        Vowel,
        Trail,
        Open,
        Closed,
    }

    /// <summary>Returns the length of the grapheme that starts at an index.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int index)
    {
        int previous = CodePoints.Decode(text, index, out int length);
        int end = index + length;
        GraphemeClasses classes = Classes[previous];
        bool followsPictograph = (classes & GraphemeClasses.Pictograph) != 0;
        bool followsConsonant = (classes & GraphemeClasses.Consonant) != 0;
        bool followsJoiner = false;
        bool followsLinker = false;
        while (end < text.Length)
        {
            int next = CodePoints.Decode(text, end, out length);
            GraphemeClasses nextClasses = Classes[next];
            bool joinsPictograph = followsJoiner && (nextClasses & GraphemeClasses.Pictograph) != 0;
            bool joinsConsonant = followsLinker && (nextClasses & GraphemeClasses.Consonant) != 0;
            if (!Joins(previous, classes, next, nextClasses) && !joinsPictograph && !joinsConsonant)
            {
                break;
            }

            bool extends = (nextClasses & GraphemeClasses.Extend) != 0;
            followsJoiner = followsPictograph && next == Joiner;
            followsPictograph = (nextClasses & GraphemeClasses.Pictograph) != 0 || (followsPictograph && extends);
            extends = next == Joiner || (extends && next != NonJoiner);
            followsLinker = followsConsonant && extends && (followsLinker || (nextClasses & GraphemeClasses.Linker) != 0);
            followsConsonant = (nextClasses & GraphemeClasses.Consonant) != 0 || (followsConsonant && extends);
            (previous, classes) = (next, nextClasses);
            end += length;
        }

        return end - index;
    }

    /// <summary>Returns whether what comes after a code point may join it, whatever it is.</summary>
    public static bool Prepends(int codePoint) => (Classes[codePoint] & GraphemeClasses.Prepends) != 0;

    /// <summary>Returns whether one grapheme ends between two code points, whatever stands before them.</summary>
    public static bool AlwaysEnds(int previous, int next) =>
        previous != Joiner && (Classes[previous] & GraphemeClasses.Extend) == 0 && !AlwaysJoins(previous, next);

    /// <summary>Returns whether two code points are of one grapheme, whatever stands before them.</summary>
    public static bool AlwaysJoins(int previous, int next) => Joins(previous, Classes[previous], next, Classes[next]);

    private static bool Joins(int previous, GraphemeClasses classes, int next, GraphemeClasses nextClasses)
    {
        if (((classes | nextClasses) & GraphemeClasses.Control) != 0)
        {
            return previous == '\r' && next == '\n';
        }

        return (nextClasses & GraphemeClasses.JoinsBefore) != 0 || (classes & GraphemeClasses.Prepends) != 0 || JoinsHangul(HangulOf(previous), HangulOf(next));
    }

    private static bool JoinsHangul(Hangul previous, Hangul next) => previous switch
    {
        Hangul.Lead => next is not (Hangul.None or Hangul.Trail),
        Hangul.Vowel or Hangul.Open => next is Hangul.Vowel or Hangul.Trail,
        Hangul.Trail or Hangul.Closed => next == Hangul.Trail,
        _ => false,
    };

    private static Hangul HangulOf(int codePoint) => codePoint switch
    {
        < 0x1100 => Hangul.None,
        <= 0x115F => Hangul.Lead,
        <= 0x11A7 => Hangul.Vowel,
        <= 0x11FF => Hangul.Trail,
        >= 0xA960 and <= 0xA97C => Hangul.Lead,
        >= 0xAC00 and <= 0xD7A3 => (codePoint - 0xAC00) % 28 == 0 ? Hangul.Open : Hangul.Closed,
        >= 0xD7B0 and <= 0xD7C6 => Hangul.Vowel,
        >= 0xD7CB and <= 0xD7FB => Hangul.Trail,
        _ => Hangul.None,
    };

    private static void Fill(GraphemeClasses[] all)
    {
        Mark(all, GraphemeTables.Control, GraphemeClasses.Control);
        Mark(all, GraphemeTables.JoinsBefore, GraphemeClasses.JoinsBefore);
        Mark(all, GraphemeTables.Prepends, GraphemeClasses.Prepends);
        Mark(all, GraphemeTables.Pictograph, GraphemeClasses.Pictograph);
        Mark(all, GraphemeTables.Extend, GraphemeClasses.Extend);
        Mark(all, GraphemeTables.Consonant, GraphemeClasses.Consonant);
        Mark(all, GraphemeTables.Linker, GraphemeClasses.Linker);
    }

    private static void Mark(GraphemeClasses[] all, ReadOnlySpan<int> ranges, GraphemeClasses mark)
    {
        for (int i = 0; i < ranges.Length; i += 2)
        {
            foreach (ref GraphemeClasses classes in all.AsSpan(ranges[i]..(ranges[i + 1] + 1)))
            {
                classes |= mark;
            }
        }
    }
}

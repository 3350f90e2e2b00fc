using System.Buffers;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>
/// The code points of which <see cref="BertNormalizer"/>, however it is set, makes neither white space nor punctuation, and which it does not set apart.
/// </summary>
/// <remarks>Thread-safe. Looked up once a process for all code points, when the first endless word comes.</remarks>
internal static class BertWords
{
    /// <summary>What none of them becomes.</summary>
    public const CodePointClasses Ends = CodePointClasses.WhiteSpace | CodePointClasses.Punctuation | CodePointClasses.Ideograph;

    private const int AsciiCount = 0x80;

    private static readonly SearchValues<char> Plain = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly CodePointMap<bool> Inside = new(Fill);

    /// <summary>Counts the code units that a text starts with of such code points; of ASCII, of letters and digits only.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (i < text.Length)
        {
            if (text[i] < AsciiCount)
            {
                int plain = text[i..].IndexOfAnyExcept(Plain);
                if (plain <= 0)
                {
                    return plain < 0 ? text.Length : i;
                }

                i += plain;
                continue;
            }

            int codePoint = CodePoints.Decode(text, i, out int length);
            if (!Inside[codePoint])
            {
                break;
            }

            i += length;
        }

        return i;
    }

    private static void Fill(bool[] all)
    {
        Span<int> hangul = stackalloc int[3];
        for (int codePoint = AsciiCount; codePoint < all.Length; codePoint++)
        {
            CodePointClasses classes = CodePoints.ClassesOf(codePoint);
            if ((classes & CodePointClasses.HasDecomposition) != 0)
            {
                foreach (int part in CodePoints.Decompose(codePoint, hangul))
                {
                    classes |= CodePoints.ClassesOf(part);
                }
            }

            all[codePoint] = (classes & Ends) == 0;
        }
    }
}

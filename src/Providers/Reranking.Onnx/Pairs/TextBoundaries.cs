using System.Globalization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Onnx.Pairs;

/// <summary>Finds where a text may be cut: after a sentence, else between words, else between code points.</summary>
internal static class TextBoundaries
{
    private const string Terminators = ".!?…؟۔।";
    private const string WideTerminators = "。！？｡";   // which no white space follows

    /// <summary>Finds the best end for the next part of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the part starts, before the end of the text.</param>
    /// <param name="maxLength">The most code units, from 1; a surrogate pair at the end may take one more.</param>
    /// <returns>
    /// Behind the first sentence or paragraph, the white space that follows included; where none ends in time behind the last whole word, and in an
    /// endless word between two code points.
    /// </returns>
    public static int FindEnd(ReadOnlySpan<char> text, int start, int maxLength)
    {
        int limit = start + Math.Min(text.Length - start, maxLength);
        int wordEnd = start;
        int lineBreaks = 0;
        bool inSpace = false;
        bool sentenceEnds = false;
        bool endsWide = false;
        int i = start;
        while (i < limit)
        {
            int codePoint = CodePoints.Decode(text, i, out int length);
            if (CodePoints.Is(codePoint, CodePointClasses.WhiteSpace))
            {
                inSpace = true;
                lineBreaks += codePoint == '\n' ? 1 : 0;
            }
            else if (inSpace && (sentenceEnds || lineBreaks > 1))
            {
                return i;
            }
            else
            {
                bool closes = sentenceEnds && IsClosing(codePoint);
                bool isWide = IsAmong(WideTerminators, codePoint);
                if (endsWide && !closes && !isWide)
                {
                    return i;
                }

                wordEnd = inSpace ? i : wordEnd;
                inSpace = false;
                lineBreaks = 0;
                sentenceEnds = closes || isWide || IsAmong(Terminators, codePoint);
                endsWide = (closes && endsWide) || isWide;
            }

            i += length;
        }

        bool betweenWords = i == text.Length || inSpace || CodePoints.Is(CodePoints.Decode(text, i, out _), CodePointClasses.WhiteSpace);
        return betweenWords || wordEnd == start ? i : wordEnd;
    }

    private static bool IsAmong(string characters, int codePoint) => codePoint <= char.MaxValue && characters.Contains((char)codePoint);

    // Quotes and brackets, and the marks of emphasis in Markdown.
    private static bool IsClosing(int codePoint) =>
        IsAmong("\"'*_", codePoint)
        || CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation;
}

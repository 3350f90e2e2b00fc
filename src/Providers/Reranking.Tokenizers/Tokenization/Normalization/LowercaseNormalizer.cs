using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Lowercase</c>.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    /// <summary>Appends the lower case of a code point, without the special cases of languages and positions.</summary>
    public static void Append(int codePoint, CharBuffer output)
    {
        const int CapitalIWithDot = 0x130;
        if (codePoint == CapitalIWithDot)
        {
            output.Append("i\u0307");
        }
        else
        {
            output.AppendCodePoint(CodePoints.Is(codePoint, CodePointClasses.HasLowercase) ? CodePoints.ToLowercase(codePoint) : codePoint);
        }
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            Append(CodePoints.Decode(text, i, out int length), output);
            i += length;
        }
    }

    public override TextCut Cut(TextCut cut) => new(LowerAscii(cut.Before), LowerAscii(cut.After));

    private static int LowerAscii(int codePoint) => codePoint is >= 0 and < 0x80 ? char.ToLowerInvariant((char)codePoint) : TextCut.Unknown;
}

using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Lowercase</c>.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    private const int CapitalIWithDot = 0x130;
    private const string LowercaseIWithDot = "i\u0307";

    /// <summary>Appends the lower case of a code point, without the special cases of languages and positions.</summary>
    public static void Append(int codePoint, CharBuffer output)
    {
        if (codePoint == CapitalIWithDot)
        {
            output.Append(LowercaseIWithDot);
        }
        else
        {
            output.AppendCodePoint(ToLowercase(codePoint));
        }
    }

    /// <summary>Appends the lower case of a code point, all of it with what that stands for.</summary>
    public static void Append(int codePoint, TextSpan origin, AlignedText target)
    {
        if (codePoint == CapitalIWithDot)
        {
            target.Append(LowercaseIWithDot, origin);
        }
        else
        {
            target.Append(ToLowercase(codePoint), origin);
        }
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        for (int i = 0; i < source.Length;)
        {
            Append(CodePoints.Decode(source.Span, i, out int length), source.OriginOf(i), target);
            i += length;
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

    private static int ToLowercase(int codePoint) => CodePoints.Is(codePoint, CodePointClasses.HasLowercase) ? CodePoints.ToLowercase(codePoint) : codePoint;

    private static int LowerAscii(int codePoint) => codePoint is >= 0 and < 0x80 ? char.ToLowerInvariant((char)codePoint) : TextCut.Unknown;
}

using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>StripAccents</c>: takes all combining marks, and decomposes nothing.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Decode(text, i, out int length);
            i += length;
            if (!CodePoints.Is(codePoint, CodePointClasses.AccentMark))
            {
                output.AppendCodePoint(codePoint);
            }
        }
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        for (int i = 0; i < source.Length;)
        {
            int codePoint = CodePoints.Decode(source.Span, i, out int length);
            if (!CodePoints.Is(codePoint, CodePointClasses.AccentMark))
            {
                target.Append(codePoint, source.OriginOf(i));
            }

            i += length;
        }
    }

    public override TextCut Cut(TextCut cut) =>
        CodePoints.Is(cut.After, CodePointClasses.AccentMark) ? TextCut.Impossible : cut with { Before = TextCut.Unknown };
}

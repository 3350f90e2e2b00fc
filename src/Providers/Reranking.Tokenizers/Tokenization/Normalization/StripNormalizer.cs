using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Strip</c>: takes the white space at the ends of a text.</summary>
internal sealed class StripNormalizer(bool stripsLeft, bool stripsRight) : Normalizer
{
    public static StripNormalizer Read(ComponentJson json) => new(json.GetBoolean("strip_left"), json.GetBoolean("strip_right"));

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        (int start, int end) = PartOf(text);
        output.AppendRepaired(text[start..end]);
    }

    public override void Align(AlignedText source, AlignedText target) => target.Append(source, PartOf(source.Span));

    public override int SettledLength(ReadOnlySpan<char> start) => (stripsRight ? CodePoints.TrimEnd(start) : start).Length;

    private TextSpan PartOf(ReadOnlySpan<char> text)
    {
        int start = 0;
        int end = SettledLength(text);
        while (stripsLeft && start < end && CodePoints.Is(text[start], CodePointClasses.WhiteSpace))
        {
            start++;
        }

        return new TextSpan(start, end);
    }
}

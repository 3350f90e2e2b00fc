using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Prepend</c>: puts something before a text that isn't empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override double MaxGrowth => 1 + prefix.Length;   // of one character

    public static PrependNormalizer Read(ComponentJson json) => new(json.GetString("prepend"));

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        if (!text.IsEmpty)
        {
            output.Append(prefix);
            output.AppendRepaired(text);
        }
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        if (source.Length > 0)
        {
            target.Append(prefix, source.OriginOf(0));
            target.Append(source);
        }
    }
}

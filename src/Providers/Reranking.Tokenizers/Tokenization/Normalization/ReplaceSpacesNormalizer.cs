using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Replace</c> of two spaces or more.</summary>
internal sealed class ReplaceSpacesNormalizer(string content) : Normalizer
{
    public const string Regex = " {2,}";

    public override double MaxGrowth => Math.Max(1, content.Length / 2.0);   // of two spaces

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        while (!text.IsEmpty)
        {
            int index = text.IndexOf("  ", StringComparison.Ordinal);
            if (index < 0)
            {
                output.AppendRepaired(text);
                return;
            }

            output.AppendRepaired(text[..index]);
            output.Append(content);
            text = text[index..].TrimStart(' ');
        }
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        int start = 0;
        for (int index; (index = source.Span[start..].IndexOf("  ", StringComparison.Ordinal)) >= 0;)
        {
            target.Append(source, new TextSpan(start, start + index));
            start = source.Length - source.Span[(start + index)..].TrimStart(' ').Length;
            target.Append(content, source.OriginOf(start - 1));
        }

        target.Append(source, new TextSpan(start, source.Length));
    }

    // Not inside a run. Where one starts, the content may stand.
    public override TextCut Cut(TextCut cut)
    {
        bool isInside = cut.After == ' ' && (cut.Before is TextCut.Unknown or ' ' || !content.StartsWith(' '));
        return isInside ? TextCut.Impossible : cut;
    }

    public override int SettledLength(ReadOnlySpan<char> start) => start.TrimEnd(' ').Length;
}

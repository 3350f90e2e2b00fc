using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Replace</c> of a text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    public override double MaxGrowth => Math.Max(1, (double)content.Length / pattern.Length);

    public static Normalizer Read(ComponentJson json)
    {
        string content = json.GetString("content");
        ComponentJson pattern = json.GetComponent("pattern");
        if (pattern.FindString("String") is { Length: > 0 } text)
        {
            return new ReplaceNormalizer(text, content);
        }

        string? regex = pattern.FindString("Regex");
        string found = regex is null ? "of another kind" : $"'{regex}'";
        return regex == ReplaceSpacesNormalizer.Regex
            ? new ReplaceSpacesNormalizer(content)
            : throw json.Unusable($"has a Replace in its {json.Kind} with the pattern {found}; expected a text or '{ReplaceSpacesNormalizer.Regex}'");
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        while (!text.IsEmpty)
        {
            int index = text.IndexOf(pattern, StringComparison.Ordinal);
            if (index < 0)
            {
                output.AppendRepaired(text);
                return;
            }

            output.AppendRepaired(text[..index]);
            output.Append(content);
            text = text[(index + pattern.Length)..];
        }
    }

    // What stands in the place of others stands for the last of them.
    public override void Align(AlignedText source, AlignedText target)
    {
        int start = 0;
        for (int index; (index = source.Span[start..].IndexOf(pattern, StringComparison.Ordinal)) >= 0; start += index + pattern.Length)
        {
            target.Append(source, new TextSpan(start, start + index));
            target.Append(content, source.OriginOf(start + index + pattern.Length - 1));
        }

        target.Append(source, new TextSpan(start, source.Length));
    }

    public override TextCut Cut(TextCut cut) =>
        cut.After > char.MaxValue || pattern.Contains((char)cut.After) ? TextCut.Impossible : cut with { Before = TextCut.Unknown };
}

using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>The regex of GPT-2, which RoBERTa and ModernBERT use too.</summary>
internal sealed class Gpt2SplitPattern : SplitPattern
{
    public override string Regex => @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    protected override int Match(ReadOnlySpan<char> text)
    {
        int contraction = text[0] == '\'' ? MatchContraction(text) : 0;
        if (contraction > 0)
        {
            return contraction;
        }

        int start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        CodePointClasses kind = KindAt(text, start, out int length);
        return kind == CodePointClasses.WhiteSpace
            ? MatchWhiteSpace(text, EndOfRun(text, 0, CodePointClasses.WhiteSpace))
            : EndOfRun(text, start + length, kind);
    }

    private static int MatchContraction(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 && text[1..3] is "re" or "ve" or "ll")
        {
            return 3;
        }

        return text.Length > 1 && text[1] is 's' or 't' or 'm' or 'd' ? 2 : 0;
    }
}

using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>BertPreTokenizer</c>: splits at white space, which goes, and around each punctuation mark, which stays.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    private const CodePointClasses Splitting = CodePointClasses.WhiteSpace | CodePointClasses.Punctuation;

    public override CodePointClasses WordEnds => Splitting;

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        int wordStart = 0;
        for (int i = 0; i < text.Length;)
        {
            CodePointClasses classes = CodePoints.ClassesOf(CodePoints.Decode(text, i, out int length)) & Splitting;
            int next = i + length;
            if (classes != 0)
            {
                if (i > wordStart && !sink.Accept(text[wordStart..i], isStart && wordStart == 0))
                {
                    return false;
                }

                if ((classes & CodePointClasses.Punctuation) != 0 && !sink.Accept(text[i..next], isStart && i == 0))
                {
                    return false;
                }

                wordStart = next;
            }

            i = next;
        }

        return sink.Accept(text[wordStart..], isStart && wordStart == 0);
    }

    public override bool SplitsAt(TextCut cut) => CodePoints.Is(cut.After, Splitting);

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;
}

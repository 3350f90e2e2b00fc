using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>Whitespace</c>: runs of word characters and runs of others, without the white space between them.</summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    private const CodePointClasses Kinds = CodePointClasses.Word | CodePointClasses.WhiteSpace;

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            CodePointClasses kind = CodePoints.ClassesOf(CodePoints.Decode(text, i, out _)) & Kinds;
            int end = i + CodePoints.CountRun(text[i..], Kinds, kind);
            if (kind != CodePointClasses.WhiteSpace && !sink.Accept(text[i..end], isStart && i == 0))
            {
                return false;
            }

            i = end;
        }

        return true;
    }

    public override bool SplitsAt(TextCut cut) => CodePoints.Is(cut.After, CodePointClasses.WhiteSpace);
}

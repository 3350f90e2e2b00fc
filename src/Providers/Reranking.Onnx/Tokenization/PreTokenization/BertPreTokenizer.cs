namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>BertPreTokenizer</c>: splits at white space, which goes, and around each punctuation mark, which stays.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    private const CodePointClasses Splitting = CodePointClasses.WhiteSpace | CodePointClasses.Punctuation;

    public override void Split(ReadOnlySpan<char> text, PreTokenSink sink)
    {
        int wordStart = 0;
        for (int i = 0; i < text.Length;)
        {
            CodePointClasses classes = CodePoints.ClassesOf(CodePoints.Decode(text, i, out int length)) & Splitting;
            int next = i + length;
            if (classes != 0)
            {
                if (i > wordStart && !sink.Accept(text[wordStart..i]))
                {
                    return;
                }

                if ((classes & CodePointClasses.Punctuation) != 0 && !sink.Accept(text[i..next]))
                {
                    return;
                }

                wordStart = next;
            }

            i = next;
        }

        if (wordStart < text.Length)
        {
            sink.Accept(text[wordStart..]);
        }
    }

    public override bool SplitsBefore(int codePoint) => CodePoints.Is(codePoint, Splitting);
}

namespace Reranking.Onnx;

/// <summary>What a tokenizer without a pre-tokenizer does: the text is one pre-token.</summary>
internal sealed class WholeTextPreTokenizer : PreTokenizer
{
    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch) => sink.Accept(text, isStart);

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;
}

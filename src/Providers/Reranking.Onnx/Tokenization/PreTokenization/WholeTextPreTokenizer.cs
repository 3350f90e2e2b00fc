namespace Reranking.Onnx;

/// <summary>What a tokenizer without a pre-tokenizer does: the text is one pre-token.</summary>
internal sealed class WholeTextPreTokenizer : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, PreTokenSink sink) => sink.Accept(text);
}

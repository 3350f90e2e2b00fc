namespace Reranking.Onnx;

/// <summary>Where a pre-tokenizer puts its pre-tokens: the next stage.</summary>
internal abstract class PreTokenSink
{
    /// <summary>Takes one pre-token and tells whether more are wanted.</summary>
    public abstract bool Accept(ReadOnlySpan<char> preToken);
}

namespace Reranking.Onnx;

/// <summary>Where a pre-tokenizer puts its pre-tokens: the next stage.</summary>
internal abstract class PreTokenSink
{
    /// <summary>Takes one pre-token and tells whether more are wanted.</summary>
    /// <param name="preToken">The pre-token; an empty one is none.</param>
    /// <param name="isStart">Whether nothing stands before it in the text.</param>
    public abstract bool Accept(ReadOnlySpan<char> preToken, bool isStart);
}

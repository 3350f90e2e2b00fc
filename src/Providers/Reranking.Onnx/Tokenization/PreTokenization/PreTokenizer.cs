namespace Reranking.Onnx;

/// <summary>The second stage: where a normalized text is split before the model sees it.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>Pushes the pre-tokens until the text ends or no more are wanted.</summary>
    public abstract void Split(ReadOnlySpan<char> text, PreTokenSink sink);

    /// <summary>Tells whether there is always a split before this code point, so that the parts of a text that is cut there give the same pre-tokens.</summary>
    public virtual bool SplitsBefore(int codePoint) => false;
}

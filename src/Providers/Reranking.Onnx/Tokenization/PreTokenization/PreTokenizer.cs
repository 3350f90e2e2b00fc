namespace Reranking.Onnx;

/// <summary>The second stage: where a normalized text is split before the model sees it.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>Gets whether the model is to read the pre-tokens as bytes of UTF-8.</summary>
    public virtual bool GivesBytes => false;

    /// <summary>Pushes the pre-tokens until the text ends or no more are wanted.</summary>
    /// <param name="text">A text or a part of one.</param>
    /// <param name="isStart">Whether nothing stands before it.</param>
    /// <param name="sink">The next stage.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>Whether more pre-tokens are wanted.</returns>
    public abstract bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch);

    /// <summary>Tells whether there is always a split at a place, so that the parts of a text that is cut there give the same pre-tokens.</summary>
    public virtual bool SplitsAt(TextCut cut) => false;

    /// <summary>Gives how much of the start of a text may be split before the rest is known.</summary>
    /// <param name="start">The start, which ends between two code points.</param>
    /// <returns>
    /// A length: of the pre-tokens of this much the last is the start of one of the whole, or all of it, and those before it are the same, whatever follows; 0 where
    /// nobody knows.
    /// </returns>
    public virtual int SettledLength(ReadOnlySpan<char> start) => 0;

    /// <summary>Gets what ends a pre-token, if that is any code point of some classes and nothing else.</summary>
    public virtual CodePointClasses WordEnds => CodePointClasses.None;
}

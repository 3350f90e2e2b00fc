namespace Reranking.Onnx;

/// <summary>The first stage: what a text looks like to the rest.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class Normalizer
{
    /// <summary>Appends the normalized text. A lone surrogate counts as U+FFFD.</summary>
    public abstract void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch);

    /// <summary>Tells whether a text may be cut at a place, so that its parts give what the whole gives, and what they then end and start with there.</summary>
    /// <remarks>Where it may be cut, a huge text is read only as far as needed.</remarks>
    public virtual TextCut Cut(TextCut cut) => TextCut.Impossible;

    /// <summary>Gives how much of the start of a text may be normalized before the rest is known.</summary>
    /// <param name="start">The start, which ends between two code points.</param>
    /// <returns>A length: what comes of this much is the start of what comes of the whole, whatever follows; 0 where nobody knows.</returns>
    public virtual int SettledLength(ReadOnlySpan<char> start) => 0;

    /// <summary>Appends what comes of the start of a text, as far as it stays the same whatever follows.</summary>
    public virtual void NormalizeStart(ReadOnlySpan<char> start, CharBuffer output, TokenizerScratch scratch) =>
        Normalize(start[..SettledLength(start)], output, scratch);

    /// <summary>Counts the code units that a text starts with of which nothing comes that has one of some classes; fewer, or 0, where nobody knows.</summary>
    public virtual int CountWithout(ReadOnlySpan<char> text, CodePointClasses classes) => 0;
}

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
}

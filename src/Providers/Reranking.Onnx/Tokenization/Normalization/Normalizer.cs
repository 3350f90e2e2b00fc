namespace Reranking.Onnx;

/// <summary>The first stage: what a text looks like to the rest.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class Normalizer
{
    /// <summary>Appends the normalized text. A lone surrogate counts as U+FFFD.</summary>
    public abstract void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch);

    /// <summary>Tells what the result starts with for a text that starts with this code point, or -1 where what stands before it could matter.</summary>
    /// <remarks>Where it tells, a text may be cut and its parts normalized on their own: so a huge text is read only as far as needed.</remarks>
    public virtual int StartOf(int codePoint) => -1;

    /// <summary>Tells what the result ends with for a text that ends with this code point, or -1 where what stands before it could matter.</summary>
    public virtual int EndOf(int codePoint) => -1;
}

using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>The first stage: rewrites a text before it is split.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class Normalizer
{
    /// <summary>Gets how many times as long as a text its normalized form can be because of what the file says; what Unicode adds does not count.</summary>
    public virtual double MaxGrowth => 1;

    /// <summary>Appends the normalized text. A lone surrogate counts as U+FFFD.</summary>
    public abstract void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch);

    /// <summary>Appends the same normalized text, with what each of its characters stands for.</summary>
    public abstract void Align(AlignedText source, AlignedText target);

    /// <summary>
    /// Returns whether a text may be cut at a place, so that its parts normalize to what the whole text does, and what they end and start with there.
    /// </summary>
    /// <remarks>Where it may be cut, a huge text is read only as far as needed.</remarks>
    public virtual TextCut Cut(TextCut cut) => TextCut.Impossible;

    /// <summary>Returns how much of the start of a text may be normalized before the rest is known.</summary>
    /// <param name="start">The start, which ends between two code points.</param>
    /// <returns>A length: this much normalizes to the start of what the whole text does, whatever follows; 0 if that is unknown.</returns>
    public virtual int SettledLength(ReadOnlySpan<char> start) => 0;

    /// <summary>Appends the normalized start of a text, as far as it stays the same whatever follows.</summary>
    public virtual void NormalizeStart(ReadOnlySpan<char> start, CharBuffer output, TokenizerScratch scratch) =>
        Normalize(start[..SettledLength(start)], output, scratch);

    /// <summary>Counts the code units at the start of a text that normalize to nothing of some classes; fewer, or 0, if that is unknown.</summary>
    public virtual int CountWithout(ReadOnlySpan<char> text, CodePointClasses classes) => 0;
}

/// <summary>What a tokenizer without a normalizer does: nothing but the repair of lone surrogates.</summary>
internal sealed class IdentityNormalizer : Normalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch) =>
        output.AppendRepaired(text);

    public override void Align(AlignedText source, AlignedText target) => target.Append(source);

    public override TextCut Cut(TextCut cut) => cut;

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;
}

using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>The second stage: splits a normalized text into pre-tokens.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>Gets a value indicating whether the model is to read the pre-tokens as bytes of UTF-8.</summary>
    public virtual bool GivesBytes => false;

    /// <summary>Gets the pre-tokenizers that split one after the other; of most it is the one itself.</summary>
    public virtual IReadOnlyList<PreTokenizer> Stages => [this];

    /// <summary>Returns what is put before a text that it splits, if anything.</summary>
    /// <param name="text">The text, which is not empty.</param>
    /// <param name="isStart">Whether nothing stands before it.</param>
    public virtual string? PrefixOf(ReadOnlySpan<char> text, bool isStart) => null;

    /// <summary>Pushes the pre-tokens until the text ends or no more are wanted.</summary>
    /// <param name="text">A text or a part of one.</param>
    /// <param name="isStart">Whether nothing stands before it.</param>
    /// <param name="sink">The next stage.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>Whether more pre-tokens are wanted.</returns>
    public abstract bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch);

    /// <summary>Returns whether there is always a split at a place, so that the parts of a text that is cut there have the same pre-tokens.</summary>
    public virtual bool SplitsAt(TextCut cut) => false;

    /// <summary>Returns how much of the start of a text may be split before the rest is known.</summary>
    /// <param name="start">The start, which ends between two code points.</param>
    /// <returns>
    /// A length: of the pre-tokens of this much the last is the start of one of the whole, or all of it, and those before it are the same, whatever
    /// follows; 0 where that is unknown.
    /// </returns>
    public virtual int SettledLength(ReadOnlySpan<char> start) => 0;

    /// <summary>Gets the classes of code points that end a pre-token, if nothing else does.</summary>
    public virtual CodePointClasses WordEnds => CodePointClasses.None;
}

/// <summary>Where a pre-tokenizer puts its pre-tokens: the next stage.</summary>
internal abstract class PreTokenSink
{
    /// <summary>Accepts one pre-token and returns whether more are wanted.</summary>
    /// <param name="preToken">The pre-token; an empty one is none.</param>
    /// <param name="isStart">Whether nothing stands before it in the text.</param>
    public abstract bool Accept(ReadOnlySpan<char> preToken, bool isStart);
}

/// <summary>What a tokenizer without a pre-tokenizer does: the text is one pre-token.</summary>
internal sealed class WholeTextPreTokenizer : PreTokenizer
{
    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch) => sink.Accept(text, isStart);

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;
}

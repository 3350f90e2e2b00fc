using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>A regex that takes a text apart without gaps, written by hand: code point by code point, with frozen classes and without backtracking.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class SplitPattern
{
    protected const CodePointClasses Kinds = CodePointClasses.Letter | CodePointClasses.Number | CodePointClasses.WhiteSpace;

    public static SplitPattern Gpt2 { get; } = new Gpt2SplitPattern();

    public static SplitPattern Qwen2 { get; } = new Qwen2SplitPattern();

    /// <summary>Gets the regex as a tokenizer.json has it.</summary>
    public abstract string Regex { get; }

    /// <summary>Pushes the matches until the text ends or no more are wanted.</summary>
    public bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink)
    {
        while (!text.IsEmpty)
        {
            int length = Match(text);
            if (!sink.Accept(text[..length], isStart))
            {
                return false;
            }

            isStart = false;
            text = text[length..];
        }

        return true;
    }

    /// <inheritdoc cref="PreTokenizer.SplitsAt"/>
    public virtual bool SplitsAt(TextCut cut) =>
        cut.Before != TextCut.Unknown && !CodePoints.Is(cut.Before, CodePointClasses.WhiteSpace) && CodePoints.Is(cut.After, CodePointClasses.WhiteSpace);

    /// <inheritdoc cref="PreTokenizer.SettledLength"/>
    /// <remarks>Not in white space, of which the next match may take a part, and not where a contraction may go on.</remarks>
    public static int SettledLength(ReadOnlySpan<char> start)
    {
        const int LongestContraction = 3;
        while (!start.IsEmpty
            && (CodePoints.Is(start[^1], CodePointClasses.WhiteSpace) || start[Math.Max(0, start.Length - LongestContraction)..].Contains('\'')))
        {
            start = start[..^1];
        }

        return start.Length;
    }

    /// <summary>Returns the length of the match at the start of a text that is not empty.</summary>
    protected abstract int Match(ReadOnlySpan<char> text);

    protected static CodePointClasses KindAt(ReadOnlySpan<char> text, int index, out int length) =>
        CodePoints.ClassesOf(CodePoints.Decode(text, index, out length)) & Kinds;

    /// <summary>Returns the end of a run of one kind that goes on at an index.</summary>
    protected static int EndOfRun(ReadOnlySpan<char> text, int index, CodePointClasses kind) => index + CodePoints.CountRun(text[index..], Kinds, kind);

    /// <summary>Matches <c>\s+(?!\S)|\s+</c>: white space goes to its end, or leaves its last character to what follows.</summary>
    protected static int MatchWhiteSpace(ReadOnlySpan<char> text, int end) => end == text.Length || end == 1 ? end : end - 1;
}

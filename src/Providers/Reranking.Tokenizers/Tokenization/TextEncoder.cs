using Reranking.Tokenizers.Tokenization.AddedTokens;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PreTokenization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Encodes one text: normalizer, pre-tokenizer and model over as little of it as the wanted number of ids needs.</summary>
/// <param name="normalizer">The first stage.</param>
/// <param name="preTokenizer">The second stage.</param>
/// <param name="model">The third stage.</param>
/// <param name="addedVocabulary">The tokens that are found before any stage.</param>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class TextEncoder(Normalizer normalizer, PreTokenizer preTokenizer, TokenModel model, AddedVocabulary addedVocabulary)
{
    // Long enough to make up for the search of a place to cut, short against a passage.
    private const int ChunkLength = 512;

    // A text that can't be cut for this many characters, and this many for each id wanted, is read no further if these have enough ids; else four times as far.
    private const int ShortestWindow = 4_096;
    private const int WindowFactor = 8;
    private const int WindowGrowth = 4;

    /// <inheritdoc cref="Tokenizer.Encode"/>
    public EncodedText Encode(ReadOnlySpan<char> text, int limit, TokenBuffer output)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        EncodingRun run = scratch.Run;
        int start = output.Count;
        run.Begin(model, output, limit, scratch);
        int charactersRead = EncodeChunks(text, limit, run, scratch);
        var encoded = new EncodedText(start, run.Count, charactersRead, IsComplete: !run.IsFull);
        TokenizerScratch.Return(scratch);
        return encoded;
    }

    private int EncodeChunks(ReadOnlySpan<char> text, int limit, EncodingRun run, TokenizerScratch scratch)
    {
        long shortest = Math.Max(ShortestWindow, (long)limit * WindowFactor);
        long window = shortest;
        int position = 0;
        int searched = 0;
        int cut = 0;
        int uncut = 0;
        bool goesOn = false;
        int charactersRead = 0;

        // The search goes on in white space that a token took from behind it, so the two positions can differ.
        while (!run.IsFull && (position < text.Length || searched < text.Length))
        {
            if (position >= cut)
            {
                int until = position + window < text.Length ? CodePoints.AlignIndex(text, (int)(position + window)) : text.Length;
                cut = uncut = FindCut(text, Math.Max(position + ChunkLength, uncut), until);
                goesOn = cut == until && until < text.Length;
            }

            AddedTokenMatch match = addedVocabulary.Raw.Find(text, position, searched, cut);
            if (goesOn && match.Token is null)
            {
                int end = EncodeStart(text, position, cut, run, scratch);

                // Where nothing is sure yet, more has to be read, but not often.
                window = end > position ? shortest : window * WindowGrowth;
                position = cut = end;
                searched = Math.Max(searched, position);
                charactersRead = Math.Max(charactersRead, position);
                continue;
            }

            if (position < match.Start)
            {
                EncodeSection(text[position..match.Start], position == 0, run, scratch);
            }

            position = match.Start;
            if (match.Token is not null && !run.IsFull)
            {
                run.AddToken(match.Token.Id);
                position = match.End;
            }

            searched = match.SearchedTo;
            charactersRead = Math.Max(charactersRead, position);
        }

        return charactersRead;
    }

    // Returns the first place to cut, or the end of those that were looked at.
    private int FindCut(ReadOnlySpan<char> text, int from, int until)
    {
        for (int i = from; i < until;)
        {
            if (IsCut(text, i, out int length))
            {
                return i;
            }

            i += length;
        }

        return until;
    }

    private bool IsCut(ReadOnlySpan<char> text, int index, out int length)
    {
        TextCut cut = normalizer.Cut(new TextCut(CodePoints.DecodeBefore(text, index), CodePoints.Decode(text, index, out length)));
        return cut.IsPossible && preTokenizer.SplitsAt(cut) && addedVocabulary.AllowsCut(text, index, cut);
    }

    // Takes the ids that are certain of a part without an end, if they are enough, and returns where to go on: at its start if they are not.
    private int EncodeStart(ReadOnlySpan<char> text, int start, int end, EncodingRun run, TokenizerScratch scratch)
    {
        int count = run.Count;
        ReadOnlySpan<char> part = CodePoints.TrimEnd(text[start..end]);   // white space may be taken by an added token behind it
        CharBuffer buffer = scratch.RentBuffer();
        normalizer.NormalizeStart(part, buffer, scratch);
        bool endsInWord = preTokenizer.WordEnds != CodePointClasses.None
            && addedVocabulary.Normalized.IsEmpty
            && buffer.Length > 0
            && !CodePoints.Is(CodePoints.DecodeBefore(buffer.Span, buffer.Length), preTokenizer.WordEnds);
        bool hasAllOfWord = EncodeNormalized(buffer.Span, start == 0, goesOn: true, run, scratch) && endsInWord;
        scratch.ReturnBuffer(buffer);
        int next = run.IsFull ? end : hasAllOfWord ? FindWordEnd(text, start, normalizer.SettledLength(part)) : start;
        if (next == start)
        {
            run.TakeBack(count);
        }

        return next;
    }

    // Returns the start if the word that goes on behind some of its characters has no end where the text may be cut.
    private int FindWordEnd(ReadOnlySpan<char> text, int start, int length)
    {
        int end = start + length;
        while (length > 0 && end < text.Length)
        {
            int until = CodePoints.AlignIndex(text, Math.Min(end + ShortestWindow, text.Length));
            AddedTokenMatch match = addedVocabulary.Raw.Find(text, end, end, until);
            int found = end + normalizer.CountWithout(text[end..match.Start], preTokenizer.WordEnds);
            if (found < until)
            {
                return (found == match.Start && match.Token is not null) || IsCut(text, found, out _) ? found : start;
            }

            end = found;
        }

        return end;
    }

    private void EncodeSection(ReadOnlySpan<char> section, bool isStart, EncodingRun run, TokenizerScratch scratch)
    {
        CharBuffer buffer = scratch.RentBuffer();
        normalizer.Normalize(section, buffer, scratch);
        _ = EncodeNormalized(buffer.Span, isStart, goesOn: false, run, scratch);
        scratch.ReturnBuffer(buffer);
    }

    // Returns, for a text that goes on, whether its last word has all its ids.
    private bool EncodeNormalized(ReadOnlySpan<char> text, bool isStart, bool goesOn, EncodingRun run, TokenizerScratch scratch)
    {
        bool hasAllOfWord = false;
        int end = goesOn ? addedVocabulary.Normalized.SettledLength(text) : text.Length;
        int position = 0;
        int searched = 0;
        while (!run.IsFull && (position < end || searched < end))
        {
            AddedTokenMatch match = addedVocabulary.Normalized.Find(text, position, searched, end);
            if (position < match.Start)
            {
                ReadOnlySpan<char> piece = text[position..match.Start];
                if (goesOn && match.Token is null)
                {
                    run.BeginStart();
                    preTokenizer.Split(piece[..preTokenizer.SettledLength(piece)], isStart && position == 0, run, scratch);
                    hasAllOfWord = run.EndStart();
                }
                else
                {
                    preTokenizer.Split(piece, isStart && position == 0, run, scratch);
                }
            }

            position = match.End;
            searched = match.SearchedTo;
            if (match.Token is not null && !run.IsFull)
            {
                run.AddToken(match.Token.Id);
            }
        }

        return hasAllOfWord;
    }
}

/// <summary>A place where a text might be cut.</summary>
/// <param name="Before">The code point before it, or <see cref="Unknown"/>.</param>
/// <param name="After">The code point after it, or <see cref="Unknown"/> where there can be no cut.</param>
internal readonly record struct TextCut(int Before, int After)
{
    public const int Unknown = -1;

    public static TextCut Impossible { get; } = new(Unknown, Unknown);

    public bool IsPossible => After != Unknown;
}

using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>A part of a document that the model reads as a document of its own.</summary>
/// <param name="Range">Its place in the document, without white space at either end.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="IsLast">Whether the document ends with it.</param>
internal readonly record struct DocumentWindow(Range Range, EncodedText Tokens, bool IsLast);

/// <summary>Cuts a document into windows that together hold all of it.</summary>
/// <param name="tokenizer">The tokenizer of the model.</param>
/// <param name="document">The document, not empty: an empty one always fits.</param>
/// <param name="room">How many tokens a window has at most, from 1. If a single code point has more, they are all there.</param>
/// <param name="overlap">
/// How many tokens of a window the next one repeats at least, up to half of the room: a passage of this length is whole in one of them. But before a
/// paragraph that fits whole, only paragraphs that fit whole beside it are repeated.
/// </param>
/// <param name="output">Where the tokens of the windows go, one after another.</param>
/// <remarks>
/// A text is encoded twice: piece by piece to find where a window ends, and then the window as a whole. Its ids can't be put together from those of
/// the pieces, since a model may join characters across their borders, and may read the start of a text differently.
/// </remarks>
internal sealed class WindowCutter(Tokenizer tokenizer, string document, int room, int overlap, TokenBuffer output)
{
    /// <summary>Returns the windows in the order of the document, each cut when it is asked for.</summary>
    public IEnumerable<DocumentWindow> Cut() => Cut(frame: 0, range => tokenizer.Encode(document.AsSpan(range), room + 1, output));

    /// <summary>
    /// Returns the windows in the order of the document, each cut when it is asked for and encoded together with what a prompt puts before it.
    /// </summary>
    /// <param name="frame">How many tokens the prompt puts before it.</param>
    /// <param name="encode">Encodes a part of the document into the output.</param>
    public IEnumerable<DocumentWindow> Cut(int frame, Func<Range, EncodedText> encode)
    {
        // A quarter of the room, so that what overlaps leaves room for one more and each window gets further than the one before.
        var source = new TextPieces(tokenizer, document, Math.Max(1, room / 4), output);
        List<TextPiece> pieces = [];
        int known = 0;   // the pieces that are in the window before, too
        while (true)
        {
            SkipBlanks();
            int count = CountThatFits();
            (Range range, EncodedText tokens) = Encode(count);
            while (tokens.Count > room + frame && count > 1)
            {
                // Together the pieces can have more tokens than one by one.
                output.Truncate(tokens.Start);
                (range, tokens) = Encode(--count);
            }

            bool isLast = !HasText(count);
            yield return new DocumentWindow(range, tokens, isLast);
            if (isLast)
            {
                yield break;
            }

            int done = CountThatIsDone(count);
            known = count - done;
            pieces.RemoveRange(0, done);
        }

        // No window starts with white space: with a piece of it as its first one, it would start where the next one does, and add nothing.
        void SkipBlanks()
        {
            while (Has(1) && IsBlank(pieces[0]))
            {
                pieces.RemoveAt(0);
                known = Math.Max(0, known - 1);
            }
        }

        bool Has(int index)
        {
            while (pieces.Count <= index && source.TryRead(out TextPiece piece))
            {
                pieces.Add(piece);
            }

            return index < pieces.Count;
        }

        // A tokenizer can have tokens for white space, but a window of nothing else would tell the model nothing.
        bool HasText(int index)
        {
            while (Has(index) && IsBlank(pieces[index]))
            {
                index++;
            }

            return Has(index);
        }

        bool IsBlank(TextPiece piece) => document.AsSpan(piece.Start, piece.End - piece.Start).IsWhiteSpace();

        (Range Range, EncodedText Tokens) Encode(int count)
        {
            int start = pieces[0].Start;
            ReadOnlySpan<char> text = document.AsSpan(start, pieces[count - 1].End - start);
            start += text.Length - text.TrimStart().Length;
            text = text.Trim();
            Range range = start..(start + text.Length);
            return (range, encode(range));
        }

        // To the end of a paragraph, where the window gets further than the one before and leaves a paragraph to the next one that is whole there, or
        // else is half full and has more than that one has again.
        int CountThatFits()
        {
            int count = 0;
            int paragraphs = 0;
            int filled = 0;
            for (int tokens = 0; Has(count) && (count == 0 || tokens + pieces[count].TokenCount <= room);)
            {
                tokens += pieces[count++].TokenCount;
                (paragraphs, filled) = pieces[count - 1].EndsParagraph && count > known ? (count, tokens) : (paragraphs, filled);
            }

            bool isEnough = filled >= Math.Max(room / 2, overlap + (room / 4));
            return paragraphs > 0 && Has(count) && (isEnough || FitsWhole(paragraphs, out _)) ? paragraphs : count;
        }

        // Enough pieces stay for the overlap, and then to the start of their paragraph, if it is near. Before a paragraph that fits whole only whole
        // ones stay: half of another would lower its score.
        int CountThatIsDone(int count)
        {
            bool isWhole = FitsWhole(count, out int next) && pieces[count - 1].EndsParagraph;
            next = isWhole ? next : pieces[count].TokenCount;
            int first = count;
            int paragraph = count;
            int kept = 0;
            for (int i = count - 1; i > 0 && overlap > 0; i--)
            {
                bool isWanted = kept < overlap;
                kept += pieces[i].TokenCount;
                if (kept > (isWanted || isWhole ? room - next : room / 2))
                {
                    break;
                }

                first = isWanted ? i : first;
                if (pieces[i - 1].EndsParagraph)
                {
                    paragraph = i;
                    if (kept >= overlap)
                    {
                        break;
                    }
                }
            }

            return isWhole ? paragraph : Math.Min(paragraph, first);
        }

        bool FitsWhole(int paragraph, out int tokens)
        {
            tokens = 0;
            for (int i = paragraph; tokens <= room && Has(i); i++)
            {
                tokens += pieces[i].TokenCount;
                if (pieces[i].EndsParagraph)
                {
                    break;
                }
            }

            return tokens <= room;
        }
    }
}

using Reranking.Tokenizers.Tokenization.AddedTokens;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>Encodes a text and keeps where each token comes from: the same stages as those of <see cref="TextEncoder"/>, over the whole text.</summary>
/// <remarks>
/// Apart from it, so that who wants ids alone does not pay for the rest. Not in chunks: where a normalizer removes the first character of a text, the
/// reference counts all that follow one too low, however long the text is. Immutable and thread-safe.
/// </remarks>
internal sealed class AlignedEncoder(Normalizer normalizer, PreTokenizer preTokenizer, TokenModel model, AddedVocabulary addedVocabulary)
{
    public void Encode(ReadOnlySpan<char> text, AlignedTokens output)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        int position = 0;
        int searched = 0;

        // The search goes on in white space that a token took from behind it, so the two positions can differ.
        while (position < text.Length || searched < text.Length)
        {
            AddedTokenMatch match = addedVocabulary.Raw.Find(text, position, searched, text.Length);
            if (position < match.Start)
            {
                EncodeSection(text[position..match.Start], position, output, scratch);
            }

            position = match.End;
            searched = match.SearchedTo;
            if (match.Token is not null)
            {
                output.Add(match.Token.Id, new TextSpan(match.Start, match.End), text[match.Start..match.End]);
            }
        }

        TokenizerScratch.Return(scratch);
    }

    private void EncodeSection(ReadOnlySpan<char> section, int start, AlignedTokens output, TokenizerScratch scratch)
    {
        var original = new AlignedText();
        var text = new AlignedText();
        original.AppendOriginal(section, start);
        normalizer.Align(original, text);
        int position = 0;
        int searched = 0;
        while (position < text.Length || searched < text.Length)
        {
            AddedTokenMatch match = addedVocabulary.Normalized.Find(text.Span, position, searched, text.Length);
            if (position < match.Start)
            {
                EncodePiece(text, new TextSpan(position, match.Start), isStart: start == 0 && position == 0, output, scratch);
            }

            position = match.End;
            searched = match.SearchedTo;
            if (match.Token is not null)
            {
                output.Add(match.Token.Id, text.OriginOf(new TextSpan(match.Start, match.End)), text.Span[match.Start..match.End]);
            }
        }
    }

    private void EncodePiece(AlignedText text, TextSpan part, bool isStart, AlignedTokens output, TokenizerScratch scratch)
    {
        var pieces = new AlignedPieces();
        pieces.Add(text, part, isStart);
        foreach (PreTokenizer stage in preTokenizer.Stages)
        {
            var next = new AlignedPieces();
            next.Split(pieces, stage, scratch);
            pieces = next;
        }

        foreach ((TextSpan preToken, _) in pieces.Pieces)
        {
            output.Add(model, pieces.Text, preToken, scratch);
        }
    }
}

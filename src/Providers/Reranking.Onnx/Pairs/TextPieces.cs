using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>Cuts a text into pieces of few tokens, one after another, in time linear to its length.</summary>
/// <param name="tokenizer">Counts the tokens.</param>
/// <param name="text">The text.</param>
/// <param name="maxTokens">How many tokens a piece has at most, but for a single code point that has more.</param>
/// <param name="scratch">Where tokens are put while they are counted, and taken back.</param>
internal sealed class TextPieces(Tokenizer tokenizer, string text, int maxTokens, TokenBuffer scratch)
{
    // Longer than a sentence, so that a text without any does not cost more.
    private const int MaxLength = 1_024;

    private int _position;
    private int _maxLength = MaxLength;

    public bool TryRead(out TextPiece piece)
    {
        if (_position == text.Length)
        {
            piece = default;
            return false;
        }

        int end = TextBoundaries.FindEnd(text, _position, _maxLength);
        int count = Count(end);
        while (count > maxTokens && _maxLength > 1)
        {
            _maxLength = Math.Max(1, (end - _position) / 2);
            end = TextBoundaries.FindEnd(text, _position, _maxLength);
            count = Count(end);
        }

        ReadOnlySpan<char> characters = text.AsSpan(_position, end - _position);
        piece = new TextPiece(_position, end, count, EndsParagraph: characters[characters.TrimEnd().Length..].Contains('\n'));
        _position = end;

        // Not back to the whole at once: where a piece had to be short, the next ones probably have to be too.
        _maxLength = Math.Min(_maxLength * 2, MaxLength);
        return true;
    }

    private int Count(int end)
    {
        EncodedText encoded = tokenizer.Encode(text.AsSpan(_position, end - _position), maxTokens + 1, scratch);
        scratch.Truncate(encoded.Start);
        return encoded.Count;
    }
}

/// <summary>A part of a text that windows are not cut inside of.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends, the white space behind it included.</param>
/// <param name="TokenCount">How many tokens it has when it is encoded on its own.</param>
/// <param name="EndsParagraph">Whether a line ends with it.</param>
internal readonly record struct TextPiece(int Start, int End, int TokenCount, bool EndsParagraph);

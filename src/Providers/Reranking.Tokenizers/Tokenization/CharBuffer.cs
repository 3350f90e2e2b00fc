using System.Buffers;
using System.Text;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Characters that grow in arrays of the shared pool.</summary>
internal sealed class CharBuffer
{
    private const int KeptLength = 4_096;

    private readonly char[] _kept = new char[KeptLength];
    private char[] _characters;

    public CharBuffer() => _characters = _kept;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => _characters.AsSpan(0, Length);

    public void Append(char character)
    {
        if (Length == _characters.Length)
        {
            Grow(1);
        }

        _characters[Length++] = character;
    }

    public void AppendCodePoint(int codePoint)
    {
        if (codePoint <= char.MaxValue)
        {
            Append((char)codePoint);
            return;
        }

        var rune = new Rune(codePoint);
        Length += rune.EncodeToUtf16(Reserve(rune.Utf16SequenceLength));
    }

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    /// <summary>Appends a text in which each lone surrogate becomes U+FFFD.</summary>
    public void AppendRepaired(ReadOnlySpan<char> text)
    {
        int copied = 0;
        for (int i = text.IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                Append(text[copied..i]);
                Append('\uFFFD');
                copied = i + 1;
            }
        }

        Append(text[copied..]);
    }

    /// <summary>Puts one character in the place of another.</summary>
    public void Replace(char from, char to) => _characters.AsSpan(0, Length).Replace(from, to);

    public void Clear() => Length = 0;

    /// <summary>Empties the buffer and gives a large array back, so that one huge text does not stay with its thread.</summary>
    public void Release()
    {
        Length = 0;
        ReturnToPool();
        _characters = _kept;
    }

    private Span<char> Reserve(int count)
    {
        if (_characters.Length - Length < count)
        {
            Grow(count);
        }

        return _characters.AsSpan(Length, count);
    }

    private void Grow(int count)
    {
        char[] grown = ArrayPool<char>.Shared.Rent(Math.Max(Length + count, _characters.Length * 2));
        Span.CopyTo(grown);
        ReturnToPool();
        _characters = grown;
    }

    private void ReturnToPool()
    {
        if (_characters != _kept)
        {
            ArrayPool<char>.Shared.Return(_characters);
        }
    }
}

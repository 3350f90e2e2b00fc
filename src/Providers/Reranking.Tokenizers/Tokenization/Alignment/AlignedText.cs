using System.Text;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>A text on its way through the stages, and the part of the original text that each of its code units stands for.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class AlignedText
{
    private char[] _characters = new char[256];
    private TextSpan[] _origins = new TextSpan[256];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => _characters.AsSpan(0, Length);

    /// <summary>Returns what a code unit stands for.</summary>
    public TextSpan OriginOf(int index) => _origins[index];

    /// <summary>Returns what a part that is not empty stands for.</summary>
    public TextSpan OriginOf(TextSpan part) => new(_origins[part.Start].Start, _origins[part.End - 1].End);

    /// <summary>Appends a part of the original, in which each lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The part.</param>
    /// <param name="start">Where it starts in the original.</param>
    public void AppendOriginal(ReadOnlySpan<char> text, int start)
    {
        Reserve(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Decode(text, i, out int length);
            Append(codePoint, new TextSpan(start + i, start + i + length));
            i += length;
        }
    }

    public void Append(int codePoint, TextSpan origin)
    {
        Span<char> units = stackalloc char[2];
        int count = new Rune(codePoint).EncodeToUtf16(units);
        Reserve(count);
        for (int i = 0; i < count; i++)
        {
            _characters[Length] = units[i];
            _origins[Length++] = origin;
        }
    }

    /// <summary>Appends characters that all stand for the same.</summary>
    public void Append(ReadOnlySpan<char> characters, TextSpan origin)
    {
        Reserve(characters.Length);
        characters.CopyTo(_characters.AsSpan(Length));
        _origins.AsSpan(Length, characters.Length).Fill(origin);
        Length += characters.Length;
    }

    public void Append(AlignedText source) => Append(source, new TextSpan(0, source.Length));

    public void Append(AlignedText source, TextSpan part) => Append(source.Span[part.Start..part.End], source, part.Start);

    /// <summary>Appends characters in the place of as many of another text.</summary>
    public void Append(ReadOnlySpan<char> characters, AlignedText source, int start)
    {
        Reserve(characters.Length);
        characters.CopyTo(_characters.AsSpan(Length));
        source._origins.AsSpan(start, characters.Length).CopyTo(_origins.AsSpan(Length));
        Length += characters.Length;
    }

    public void Clear() => Length = 0;

    private void Reserve(int count)
    {
        if (_characters.Length - Length < count)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max(Length + (long)count, _characters.Length * 2L));
            Array.Resize(ref _characters, capacity);
            Array.Resize(ref _origins, capacity);
        }
    }
}

/// <summary>A part of a text: UTF-16 code units from a start up to an end.</summary>
internal readonly record struct TextSpan(int Start, int End);

using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>
/// HuggingFace's <c>Precompiled</c>, grapheme by grapheme: one under 6 bytes becomes what its shortest mapped start becomes, and loses the rest; of any other,
/// each code point is mapped by itself.
/// </summary>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private const int LongestLookup = 5;
    private const int AsciiCount = 0x80;

    private readonly CharacterMap _map;
    private readonly string?[] _ascii = new string?[AsciiCount];
    private readonly SearchValues<char> _plain;
    private readonly bool _allowsCuts;

    private PrecompiledNormalizer(CharacterMap map)
    {
        _map = map;
        for (int c = 0; c < AsciiCount; c++)
        {
            _ascii[c] = map.TryFind([(byte)c], out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;
        }

        _plain = SearchValues.Create([.. Enumerable.Range(0, AsciiCount).Where(c => _ascii[c] is null && c != '\r').Select(c => (char)c)]);

        // Before a space, if nothing takes it away: neither a mapping of more than it nor a code point that it would join.
        _allowsCuts = !map.HasStart(" "u8) && !Enumerable.Range(0, 0x110000).Any(codePoint => Graphemes.Prepends(codePoint) && MapsFrom(codePoint));
    }

    public static PrecompiledNormalizer Read(ComponentJson json)
    {
        const string Field = "precompiled_charsmap";
        byte[] bytes = json.GetBytes(Field);
        return new PrecompiledNormalizer(CharacterMap.TryRead(bytes)
            ?? throw json.Unusable($"has a damaged '{Field}' in its {json.Kind}; expected a double array and texts"));
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            int plain = CountPlain(text[i..]);
            if (plain > 0)
            {
                output.Append(text.Slice(i, plain));
                i += plain;
                continue;
            }

            char first = text[i];
            if (first < AsciiCount && (i + 1 == text.Length || (text[i + 1] < AsciiCount && first != '\r')))
            {
                AppendAscii(first, output);
                i++;
                continue;
            }

            int length = Graphemes.LengthAt(text, i);
            AppendGrapheme(text.Slice(i, length), output);
            i += length;
        }
    }

    public override void Align(AlignedText source, AlignedText target)
    {
        ReadOnlySpan<char> text = source.Span;
        var changes = new CharacterChanges();
        for (int i = 0; i < text.Length;)
        {
            int length = Graphemes.LengthAt(text, i);
            AddGrapheme(text.Slice(i, length), changes);
            i += length;
        }

        changes.Apply(source, target);
    }

    public override TextCut Cut(TextCut cut) => _allowsCuts && cut.After == ' ' ? new TextCut(EndOf(cut.Before), ' ') : TextCut.Impossible;

    // At the end of a grapheme, or inside one that is too long for more than its single code points to count.
    public override int SettledLength(ReadOnlySpan<char> start)
    {
        int next = TextCut.Unknown;
        int end = start.Length;
        while (end > 0 && !EndsInLongGrapheme(start[..end]))
        {
            int previous = CodePoints.DecodeBefore(start, end);
            if (next != TextCut.Unknown && Graphemes.AlwaysEnds(previous, next))
            {
                break;
            }

            next = previous;
            end -= new Rune(previous).Utf16SequenceLength;
        }

        return end;
    }

    private static bool EndsInLongGrapheme(ReadOnlySpan<char> text)
    {
        int bytes = 0;
        int next = TextCut.Unknown;
        while (!text.IsEmpty && bytes <= LongestLookup)
        {
            int previous = CodePoints.DecodeBefore(text, text.Length);
            if (next != TextCut.Unknown && !Graphemes.AlwaysJoins(previous, next))
            {
                return false;
            }

            var rune = new Rune(previous);
            bytes += rune.Utf8SequenceLength;
            next = previous;
            text = text[..^rune.Utf16SequenceLength];
        }

        return bytes > LongestLookup;
    }

    // Characters that stay as they are. The last of them stays out if what follows may join it.
    private int CountPlain(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExcept(_plain);
        return end < 0 ? text.Length : text[end] < AsciiCount ? end : end - 1;
    }

    private int EndOf(int codePoint) => codePoint is < 0 or >= AsciiCount || _ascii[codePoint] is not null ? TextCut.Unknown : codePoint;

    private bool MapsFrom(int codePoint)
    {
        Span<byte> bytes = stackalloc byte[4];
        return _map.HasStart(bytes[..new Rune(codePoint).EncodeToUtf8(bytes)]);
    }

    private void AppendAscii(char character, CharBuffer output)
    {
        if (_ascii[character] is { } mapped)
        {
            output.Append(mapped);
        }
        else
        {
            output.Append(character);
        }
    }

    private void AppendGrapheme(ReadOnlySpan<char> grapheme, CharBuffer output)
    {
        Span<byte> bytes = stackalloc byte[LongestLookup];
        int count = EncodeUtf8(grapheme, bytes);
        if (count > 0 && TryAppend(bytes[..count], output))
        {
            return;
        }

        for (int i = 0; i < grapheme.Length;)
        {
            int codePoint = CodePoints.Decode(grapheme, i, out int length);
            i += length;
            if (!TryAppend(bytes[..new Rune(codePoint).EncodeToUtf8(bytes)], output))
            {
                output.AppendCodePoint(codePoint);
            }
        }
    }

    private void AddGrapheme(ReadOnlySpan<char> grapheme, CharacterChanges changes)
    {
        Span<byte> bytes = stackalloc byte[LongestLookup];
        int count = EncodeUtf8(grapheme, bytes);
        if (count > 0 && _map.TryFind(bytes[..count], out ReadOnlySpan<byte> value))
        {
            AddReplacement(value, grapheme, changes);
            return;
        }

        for (int i = 0; i < grapheme.Length;)
        {
            int codePoint = CodePoints.Decode(grapheme, i, out int length);
            if (_map.TryFind(bytes[..new Rune(codePoint).EncodeToUtf8(bytes)], out value))
            {
                AddReplacement(value, grapheme.Slice(i, length), changes);
            }
            else
            {
                changes.Add(codePoint);
            }

            i += length;
        }
    }

    private static void AddReplacement(ReadOnlySpan<byte> value, ReadOnlySpan<char> replaced, CharacterChanges changes)
    {
        var codePoints = new List<int>();
        while (!value.IsEmpty)
        {
            Rune.DecodeFromUtf8(value, out Rune rune, out int length);
            codePoints.Add(rune.Value);
            value = value[length..];
        }

        int count = 0;
        foreach (Rune _ in replaced.EnumerateRunes())
        {
            count++;
        }

        changes.AddReplacement(CollectionsMarshal.AsSpan(codePoints), count);
    }

    // Returns 0 if there is no room. Not Encoding's way, which allocates for each lone surrogate.
    private static int EncodeUtf8(ReadOnlySpan<char> grapheme, Span<byte> bytes)
    {
        int count = 0;
        for (int i = 0; i < grapheme.Length;)
        {
            var rune = new Rune(CodePoints.Decode(grapheme, i, out int length));
            if (!rune.TryEncodeToUtf8(bytes[count..], out int written))
            {
                return 0;
            }

            count += written;
            i += length;
        }

        return count;
    }

    private bool TryAppend(ReadOnlySpan<byte> bytes, CharBuffer output)
    {
        if (!_map.TryFind(bytes, out ReadOnlySpan<byte> value))
        {
            return false;
        }

        while (!value.IsEmpty)
        {
            Rune.DecodeFromUtf8(value, out Rune rune, out int length);
            output.AppendCodePoint(rune.Value);
            value = value[length..];
        }

        return true;
    }
}

using System.Text;

namespace Reranking.Onnx;

/// <summary>
/// HuggingFace's <c>Precompiled</c>, grapheme by grapheme: one under 6 bytes becomes what its shortest mapped start becomes, and loses the rest; of any other, each
/// code point is mapped by itself.
/// </summary>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private const int LongestLookup = 5;
    private const int AsciiCount = 0x80;

    private readonly CharacterMap _map;
    private readonly string?[] _ascii = new string?[AsciiCount];
    private readonly bool _allowsCuts;

    private PrecompiledNormalizer(CharacterMap map)
    {
        _map = map;
        for (int c = 0; c < AsciiCount; c++)
        {
            _ascii[c] = map.TryFind([(byte)c], out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;
        }

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

    public override TextCut Cut(TextCut cut) => _allowsCuts && cut.After == ' ' ? new TextCut(EndOf(cut.Before), ' ') : TextCut.Impossible;

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

        // What is a lone surrogate to .NET is U+FFFD to both, so it has 3 bytes here too.
        if (grapheme.Length <= LongestLookup && Encoding.UTF8.TryGetBytes(grapheme, bytes, out int count) && TryAppend(bytes[..count], output))
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

using System.Buffers.Binary;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>The <c>precompiled_charsmap</c> of SentencePiece: a double array over UTF-8, of which each value is where a text starts.</summary>
/// <remarks>Immutable and thread-safe. What doesn't fit leads to no match.</remarks>
internal sealed class CharacterMap
{
    private const uint ValueMask = 0x7FFF_FFFF;
    private const uint LabelMask = 0x8000_00FF;
    private const uint LeafFlag = 0x100;
    private const uint LongOffsetFlag = 0x200;

    private readonly uint[] _units;
    private readonly byte[] _texts;

    private CharacterMap(uint[] units, byte[] texts)
    {
        _units = units;
        _texts = texts;
    }

    /// <summary>Reads the size of the array in bytes, the array and the texts; gives null for what can't be that.</summary>
    public static CharacterMap? TryRead(ReadOnlySpan<byte> content)
    {
        const int UnitSize = sizeof(uint);
        if (content.Length < UnitSize)
        {
            return null;
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(content);
        content = content[UnitSize..];
        if (size == 0 || size % UnitSize != 0 || size > content.Length)
        {
            return null;
        }

        uint[] units = new uint[size / UnitSize];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(content[(i * UnitSize)..]);
        }

        return new CharacterMap(units, content[(int)size..].ToArray());
    }

    /// <summary>Finds the text for the shortest start of some bytes that has one.</summary>
    public bool TryFind(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        uint position = OffsetOf(_units[0]);
        foreach (byte value in bytes)
        {
            if (!TryStep(ref position, value, out bool isLeaf))
            {
                return false;
            }

            if (isLeaf)
            {
                return TryGetText(position, out text);
            }
        }

        return false;
    }

    /// <summary>Returns whether anything that is mapped starts with some bytes.</summary>
    public bool HasStart(ReadOnlySpan<byte> bytes)
    {
        uint position = OffsetOf(_units[0]);
        foreach (byte value in bytes)
        {
            if (!TryStep(ref position, value, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & LongOffsetFlag) >> 6);

    private bool TryStep(ref uint position, byte value, out bool isLeaf)
    {
        isLeaf = false;
        position ^= value;
        if (position >= _units.Length || (_units[position] & LabelMask) != value)
        {
            return false;
        }

        uint unit = _units[position];
        isLeaf = (unit & LeafFlag) != 0;
        position ^= OffsetOf(unit);
        return true;
    }

    private bool TryGetText(uint position, out ReadOnlySpan<byte> text)
    {
        text = default;
        uint start = position < _units.Length ? _units[position] & ValueMask : uint.MaxValue;
        if (start >= _texts.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = _texts.AsSpan((int)start);
        int end = rest.IndexOf((byte)0);
        text = end < 0 ? rest : rest[..end];
        return true;
    }
}

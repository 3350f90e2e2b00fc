using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Reranking.Decorators.Caching;

/// <summary>A score as the cache keeps it, with the model that assigned it: a few bytes that need no serializer.</summary>
/// <param name="Score">The score.</param>
/// <param name="ModelId">The model that answered, or <see langword="null"/> if it is unknown.</param>
internal sealed record ScoreCacheEntry(RelevanceScore Score, string? ModelId)
{
    // 1 version, 1 flags, 8 score, 8 raw score, 4 tokens, 4 and 4 start and end of the window, 8 of a hash, and the model to the end, in UTF-8.
    private const byte Version = 3;
    private const int HeaderSize = 38;
    private const int CheckStart = 30;
    private const int MaxSize = 1 << 16;

    [Flags]
    private enum Parts : byte
    {
        None = 0,
        Truncated = 1,
        TokenCount = 2,
        ModelId = 4,
        Window = 8,
        All = Truncated | TokenCount | ModelId | Window,
    }

    /// <summary>Gets a value indicating whether the score is one that may be kept: finite, from 0 to 1, of a scorer of one stage, and no estimate.</summary>
    public bool IsKeepable => double.IsFinite(Score.RawValue) && Score.Value is >= 0 and <= 1 && Score is { Stage: 0, IsEstimate: false };

    /// <summary>Writes the entry for its key.</summary>
    public byte[] ToBytes(string key)
    {
        byte[] bytes = new byte[HeaderSize + (ModelId is null ? 0 : Encoding.UTF8.GetByteCount(ModelId))];
        bytes[0] = Version;
        Range window = Score.BestWindow ?? default;
        bytes[1] = (byte)((Score.IsTruncated ? Parts.Truncated : 0)
            | (Score.TokenCount is null ? 0 : Parts.TokenCount)
            | (ModelId is null ? 0 : Parts.ModelId)
            | (Score.BestWindow is null ? 0 : Parts.Window));
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(2), Score.Value);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(10), Score.RawValue);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), Score.TokenCount ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), ToInt32(window.Start));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(26), ToInt32(window.End));
        if (ModelId is not null)
        {
            Encoding.UTF8.GetBytes(ModelId, bytes.AsSpan(HeaderSize));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(CheckStart), Check(bytes, key));
        return bytes;
    }

    /// <summary>Reads what a cache holds under a key.</summary>
    /// <returns>
    /// The entry, or <see langword="null"/> for nothing, for what somebody else wrote, for another version, for what was damaged and for what belongs to
    /// another key.
    /// </returns>
    public static ScoreCacheEntry? Parse(byte[]? bytes, string key)
    {
        if (bytes is null
            || bytes.Length is < HeaderSize or > MaxSize
            || bytes[0] != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(CheckStart)) != Check(bytes, key))
        {
            return null;
        }

        var parts = (Parts)bytes[1];
        ReadOnlySpan<byte> model = bytes.AsSpan(HeaderSize);
        int tokens = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(18));
        Range window = ToIndex(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(22)))..ToIndex(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(26)));
        if ((parts & ~Parts.All) != 0
            || (!parts.HasFlag(Parts.ModelId) && !model.IsEmpty)
            || (parts.HasFlag(Parts.TokenCount) ? tokens < 0 : tokens != 0)
            || (!parts.HasFlag(Parts.Window) && !window.Equals(default))
            || !Utf8.IsValid(model))
        {
            return null;
        }

        var score = new RelevanceScore(BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(2)), BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(10)))
        {
            IsTruncated = parts.HasFlag(Parts.Truncated),
            TokenCount = parts.HasFlag(Parts.TokenCount) ? tokens : null,
            BestWindow = window,   // an empty one is none
        };
        var entry = new ScoreCacheEntry(score, parts.HasFlag(Parts.ModelId) ? Encoding.UTF8.GetString(model) : null);
        return entry.IsKeepable ? entry : null;
    }

    // Tells damage and mix-ups; who can write to the cache can write valid entries, too.
    private static ulong Check(ReadOnlySpan<byte> bytes, string key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..CheckStart]);
        hash.AppendData(bytes[HeaderSize..]);
        hash.AppendData(MemoryMarshal.AsBytes(key.AsSpan()));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    // A position from the end is below zero.
    private static int ToInt32(Index index) => index.IsFromEnd ? ~index.Value : index.Value;

    private static Index ToIndex(int value) => new(value < 0 ? ~value : value, fromEnd: value < 0);
}

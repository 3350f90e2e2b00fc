using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Reranking.Decorators.Caching;

/// <summary>The keys under which the scores of a call are kept: hashes of everything that a score depends on.</summary>
internal static class ScoreCacheKeys
{
    private const string FormatVersion = "1";

    /// <summary>Creates the keys of the documents of a call.</summary>
    /// <returns>
    /// A key a document, or <see langword="null"/> if it can't be told what the scores depend on: options of a derived type, properties that are no
    /// plain values, or a scorer that names neither its model nor its revision.
    /// </returns>
    public static string[]? Create(
        string prefix, RelevanceScorerMetadata metadata, string? revision, RelevanceScoringOptions? options, string query, IReadOnlyList<string> documents)
    {
        string? modelId = options?.ModelId ?? metadata.ModelId;
        if ((modelId ?? revision) is null || (options is not null && options.GetType() != typeof(RelevanceScoringOptions)))
        {
            return null;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, FormatVersion);
        Append(hash, metadata.ProviderName);
        Append(hash, metadata.Endpoint?.OriginalString);
        Append(hash, modelId);
        Append(hash, revision);

        // A revision covers the longest input, and is known before the model is loaded, when the longest input may still be unknown.
        Append(hash, revision is null ? metadata.MaxInputTokens?.ToString(CultureInfo.InvariantCulture) : null);

        // A hosted scorer refuses texts that are kept local, and a chain asks another one: its answer is not the one of a call without the wish.
        Append(hash, options is { KeepLocal: true } && !metadata.IsLocal ? "local" : null);
        if (!TryAppendProperties(hash, options?.AdditionalProperties))
        {
            return null;
        }

        Append(hash, query);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        byte[] callDigest = hash.GetHashAndReset();
        var keys = new string[documents.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            hash.AppendData(callDigest);
            Append(hash, documents[i]);
            hash.GetHashAndReset(digest);
            keys[i] = prefix + Convert.ToHexString(digest);
        }

        return keys;
    }

    private static bool TryAppendProperties(IncrementalHash hash, IDictionary<string, object?>? properties)
    {
        foreach ((string name, object? value) in (properties ?? new Dictionary<string, object?>())
            .OrderBy(static property => property.Key, StringComparer.Ordinal))
        {
            if (value is not (null or string or decimal) && !value.GetType().IsPrimitive)
            {
                return false;
            }

            Append(hash, name);
            Append(hash, value?.GetType().FullName);
            Append(hash, Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        // So that a property can't be taken for the query that follows.
        Append(hash, null);
        return true;
    }

    // The length first, so that parts can't run into each other; UTF-16 as it is, since UTF-8 writes all lone surrogates alike.
    private static void Append(IncrementalHash hash, string? part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part?.Length ?? -1);
        hash.AppendData(length);
        hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan()));
    }
}

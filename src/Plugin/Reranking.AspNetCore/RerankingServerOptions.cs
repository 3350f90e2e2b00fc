using Microsoft.Extensions.Configuration;

namespace Reranking;

/// <summary>What the endpoints of <c>MapReranking</c> accept; bound from the section <c>RerankingServer</c>.</summary>
public sealed class RerankingServerOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "RerankingServer";

    /// <summary>Gets the SHA-256 hashes of the keys that clients may send as <c>Authorization: Bearer KEY</c>.</summary>
    /// <value>Each 64 hexadecimal digits. The default is none: no key is asked for.</value>
    /// <remarks>Hashes, so that the configuration holds no secret. <c>printf %s KEY | sha256sum</c> makes one; use long random keys.</remarks>
    public IList<string> ApiKeyHashes { get; } = [];

    /// <summary>Gets or sets how long the body of a request may be.</summary>
    /// <value>
    /// A count of bytes, from 1. The default is 33,554,432 (32 MiB). Longer ones are answered with 413. The bodies that are being read at a time may have eight
    /// times as much together; beyond it requests are answered with 429.
    /// </value>
    public long MaxBodyBytes { get; set; } = 32L << 20;

    /// <summary>Gets or sets how many documents one request may have.</summary>
    /// <value>From 1. The default is 10,000.</value>
    public int MaxDocuments { get; set; } = 10_000;

    /// <summary>Gets or sets how long a query may be.</summary>
    /// <value>A count of UTF-16 code units, from 1. The default is 32,768.</value>
    public int MaxQueryLength { get; set; } = 32_768;

    /// <summary>Gets or sets how long one document may be.</summary>
    /// <value>A count of UTF-16 code units, from 1. The default is 2,000,000.</value>
    public int MaxDocumentLength { get; set; } = 2_000_000;

    /// <summary>Gets or sets how long a request may take, its wait in the queue and the way of its response to the client included.</summary>
    /// <value>
    /// More than zero and at most 1 hour. The default is 1 minute. Requests that take longer are answered with 503; the connection of a client that has not
    /// read its response by then is closed.
    /// </value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how many tokens may wait or be under way at most; requests beyond that are answered with 429.</summary>
    /// <value>
    /// A count of tokens, from 1, estimated from the length of the texts. The default is 1,500,000. One client alone may have 60% of it; the other 30% are
    /// for clients that have less than an equal share of them, and a tenth stays free. So if one client asks, accepted requests are answered in less time
    /// than the whole takes on average; of several, one with a long backlog waits longer, since they take turns. A request of more than 60% is accepted only
    /// by an idle server, which accepts one of any length.
    /// </value>
    public long MaxQueuedTokens { get; set; } = 1_500_000;

    /// <summary>Gets or sets how many requests are scored at a time; the others wait, and clients take turns.</summary>
    /// <value>From 1. The default is twice the number of processors. A local engine shares its processors among all requests at any number.</value>
    public int MaxConcurrentRequests { get; set; } = Environment.ProcessorCount * 2;

    /// <summary>Gets or sets what the options were bound from, or <see langword="null"/> if they were set in code.</summary>
    internal IConfigurationSection? Section { get; set; }

    internal long MaxBodyBytesTogether => Math.Min(MaxBodyBytes, long.MaxValue / 8) * 8;
}

namespace Reranking;

/// <summary>The address and key of Kernel Memory's web service, and how its search is reranked.</summary>
public sealed class KernelMemorySearchOptions
{
    /// <summary>Gets or sets the address of the service, including the path prefix of its routes, if it has one.</summary>
    /// <value>An absolute http or https address without user, query and fragment. There is no default.</value>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets a value indicating whether <see cref="Endpoint"/> can be plain http on another machine.</summary>
    /// <value>The default is <see langword="false"/>: query and key are sent unencrypted to this machine only.</value>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Gets or sets the key of the service.</summary>
    /// <value>One of the two access keys of the service, or <see langword="null"/> if its authorization is off. The default is <see langword="null"/>.</value>
    public string? ApiKey { get; set; }

    /// <summary>Gets or sets the name of the header that carries the key, bare and without a scheme.</summary>
    /// <value>A header name. The default is <c>Authorization</c>, as in the service.</value>
    public string ApiKeyHeader { get; set; } = "Authorization";

    /// <summary>Gets or sets how many bytes a response can have, decompressed.</summary>
    /// <value>From 1. The default is 33,554,432 (32 MiB); a longer response is refused before it is read to its end.</value>
    public int MaxResponseBytes { get; set; } = 32 << 20;

    /// <summary>Gets or sets how candidates are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the defaults of the reranker. <see cref="RerankingOptions.TopN"/> is ignored: the limit of each search applies.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}

using Reranking.Http.Protocol;

namespace Reranking.Http.Scoring;

/// <summary>What is known about a scorer without calling it.</summary>
internal sealed class HttpScorerMetadata(RerankDialect dialect, RerankEndpoint endpoint, HttpScorerOptions options, HttpScoreKind scoreKind)
    : RelevanceScorerMetadata(dialect.Name, endpoint.Public, string.IsNullOrEmpty(options.Model) ? null : options.Model)
{
    public override bool IsLocal { get; } = options.DataStaysLocal ?? endpoint.IsLoopback;

    // With the address: a server without model names, and a deployment with one of its own, say nothing about which model it is.
    public override string? Revision { get; } = FormattableString.Invariant($"{dialect.Name}/{scoreKind}/{options.MaxTokensPerDocument}/{endpoint.Identity}");
}

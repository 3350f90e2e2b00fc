namespace Reranking;

/// <summary>The names of spans and metrics.</summary>
/// <remarks>
/// Pass <see cref="SourceName"/> to OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>. The names may change along with the semantic conventions for
/// generative AI.
/// </remarks>
public static class RerankingTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "Experimental.Reranking";

    internal const string OperationName = "rerank";

    // What the conventions of generative AI give to durations, in seconds.
    internal static readonly double[] DurationBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    internal static class Instruments
    {
        public const string OperationDuration = "gen_ai.client.operation.duration";
        public const string Candidates = "reranking.candidates";
        public const string Truncated = "reranking.documents.truncated";
        public const string Estimated = "reranking.documents.estimated";
        public const string Fallbacks = "reranking.fallbacks";
        public const string FailedAttempts = "reranking.attempts.failed";
        public const string Swaps = "reranking.swaps";
        public const string RankDisplacement = "reranking.rank_displacement";
        public const string CacheHits = "reranking.cache.hits";
        public const string CacheMisses = "reranking.cache.misses";
        public const string ShadowCalls = "reranking.shadow.calls";
        public const string ShadowDuration = "reranking.shadow.duration";
        public const string ShadowKendallTau = "reranking.shadow.kendall_tau";
        public const string ShadowOverlap = "reranking.shadow.overlap";
    }

    internal static class Tags
    {
        public const string OperationName = "gen_ai.operation.name";
        public const string ProviderName = "gen_ai.provider.name";
        public const string RequestModel = "gen_ai.request.model";
        public const string ResponseModel = "gen_ai.response.model";
        public const string InputTokens = "gen_ai.usage.input_tokens";
        public const string CandidateCount = "gen_ai.rerank.candidate.count";
        public const string TopN = "gen_ai.rerank.top_n";
        public const string ErrorType = "error.type";
        public const string ServerAddress = "server.address";
        public const string ServerPort = "server.port";
        public const string Outcome = "reranking.outcome";
        public const string Scorer = "reranking.scorer";
        public const string KeptLocal = "reranking.kept_local";
        public const string Reason = "reranking.reason";
        public const string ScoredCount = "reranking.scored.count";
        public const string TruncatedCount = "reranking.truncated.count";
        public const string EstimatedCount = "reranking.estimated.count";
        public const string RankDisplacement = "reranking.rank_displacement";
        public const string Query = "reranking.query";
        public const string Documents = "reranking.documents";
        public const string ShadowModel = "reranking.shadow.model";
    }
}

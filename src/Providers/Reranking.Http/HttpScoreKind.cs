namespace Reranking.Http;

/// <summary>What the numbers of a rerank API are, which decides how they become a <see cref="RelevanceScore.Value"/> from 0 to 1.</summary>
public enum HttpScoreKind
{
    /// <summary>From 0 to 1, taken as they are; a number outside is an error.</summary>
    Probability,

    /// <summary>Any number, passed through the sigmoid once.</summary>
    Logit,

    /// <summary>From -1 to 1, as jina-reranker-v3 returns them, mapped linearly to 0 to 1; a number outside is an error.</summary>
    Cosine,
}

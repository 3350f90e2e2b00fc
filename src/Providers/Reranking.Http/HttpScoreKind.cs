namespace Reranking.Http;

/// <summary>What the numbers of a rerank API are, which decides how a <see cref="RelevanceScore.Value"/> from 0 to 1 comes out of them.</summary>
public enum HttpScoreKind
{
    /// <summary>From 0 to 1 already, taken as they are; a number outside is an error.</summary>
    Probability,

    /// <summary>Any number, passed through the sigmoid once.</summary>
    Logit,

    /// <summary>From -1 to 1, as jina-reranker-v3 gives them, mapped to 0 to 1 in proportion; a number outside is an error.</summary>
    Cosine,
}

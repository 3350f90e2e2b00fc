namespace Reranking.Http;

/// <summary>What becomes of a document that is too long for a rerank API. Which one it is, smaller requests find out.</summary>
public enum OversizedDocuments
{
    /// <summary>It is cut in half until the API takes it, and <see cref="RelevanceScore.IsTruncated"/> says so.</summary>
    Shorten,

    /// <summary>It is split into pieces that the API takes: its score is that of the best one, which <see cref="RelevanceScore.BestWindow"/> says.</summary>
    Split,

    /// <summary>It is left unscored, and follows the others in a ranking.</summary>
    LeaveUnscored,

    /// <summary>The call fails.</summary>
    Fail,
}

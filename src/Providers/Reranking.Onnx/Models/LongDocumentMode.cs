namespace Reranking.Onnx;

/// <summary>What happens to a document that does not fit into the model's input together with the query.</summary>
/// <remarks>
/// A long query never causes an exception. If query and document together are too long, a query that takes more than half of the available tokens is truncated,
/// down to that half if the document needs the rest, and the score is <see cref="RelevanceScore.IsTruncated"/>.
/// </remarks>
public enum LongDocumentMode
{
    /// <summary>The end of the document is truncated, as in the reference implementation, and the score is <see cref="RelevanceScore.IsTruncated"/>.</summary>
    Truncate,

    /// <summary>
    /// The document is read in overlapping windows, each scored with the query like a document of its own. The best window determines the score, and is
    /// <see cref="RelevanceScore.BestWindow"/>.
    /// </summary>
    Windows,

    /// <summary>The document is rejected with a <see cref="RelevanceScoringException"/>.</summary>
    Reject,
}

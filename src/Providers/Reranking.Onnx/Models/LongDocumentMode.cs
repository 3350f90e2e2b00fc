namespace Reranking.Onnx;

/// <summary>What becomes of a document that the model can't read whole beside the query.</summary>
/// <remarks>
/// A query is never the reason for an exception. Where query and document together are too long, a query above half of the room is cut, down to that
/// half if the document needs the rest, and the score is <see cref="RelevanceScore.IsTruncated"/>.
/// </remarks>
public enum LongDocumentMode
{
    /// <summary>Cut at its end, as the reference implementation does, and reported as <see cref="RelevanceScore.IsTruncated"/>.</summary>
    Truncate,

    /// <summary>
    /// Read in overlapping windows, each scored with the query as a document of its own. The best one gives the score, and is
    /// <see cref="RelevanceScore.BestWindow"/>.
    /// </summary>
    Windows,

    /// <summary>Refused with a <see cref="RelevanceScoringException"/>.</summary>
    Reject,
}

namespace Reranking.Onnx;

/// <summary>Which side of a pair that is too long is cut.</summary>
internal enum TruncationStrategy
{
    /// <summary>The longer side first, then both to the same length.</summary>
    LongestFirst,

    /// <summary>The document alone.</summary>
    OnlySecond,
}

namespace Reranking.Onnx;

/// <summary>What tokenization asks about a code point.</summary>
[Flags]
internal enum CodePointClasses : byte
{
    None = 0,
    WhiteSpace = 1,
    Punctuation = 2,
    Control = 4,
    Ideograph = 8,
    StrippedMark = 16,
    Combining = 32,
    HasLowercase = 64,
    HasDecomposition = 128,
}

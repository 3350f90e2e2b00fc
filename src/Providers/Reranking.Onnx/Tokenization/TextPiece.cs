namespace Reranking.Onnx;

/// <summary>A part of a text that windows are not cut inside of.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends, the white space behind it included.</param>
/// <param name="TokenCount">How many tokens it has when it is encoded on its own.</param>
/// <param name="EndsParagraph">Whether a line ends with it.</param>
internal readonly record struct TextPiece(int Start, int End, int TokenCount, bool EndsParagraph);

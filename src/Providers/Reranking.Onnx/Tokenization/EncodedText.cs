namespace Reranking.Onnx;

/// <summary>What encoding one text added to a <see cref="TokenBuffer"/>.</summary>
/// <param name="Start">Where its ids start in the buffer.</param>
/// <param name="Count">How many ids it has; the last word may take it past the limit.</param>
/// <param name="CharactersRead">How many UTF-16 code units were read before the limit was reached.</param>
/// <param name="IsComplete">Whether the text was read to its end.</param>
internal readonly record struct EncodedText(int Start, int Count, int CharactersRead, bool IsComplete);

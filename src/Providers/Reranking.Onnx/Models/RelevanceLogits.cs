namespace Reranking.Onnx;

/// <summary>Which logits of an output make the score.</summary>
/// <param name="Relevant">The index of the label that stands for relevance, or of the token that a relevant document is answered with.</param>
/// <param name="Irrelevant">The index of the token that any other document is answered with; <see langword="null"/> if the score is the softmax over all labels.</param>
internal sealed record RelevanceLogits(int Relevant, int? Irrelevant = null);

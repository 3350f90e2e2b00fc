namespace Reranking.Onnx;

/// <summary>Makes the raw score of an input out of what the model gave for it: higher is more relevant, and its sigmoid is the score.</summary>
/// <param name="logits">One number, one a label, or one a token of the vocabulary.</param>
internal delegate double LogitReader(ReadOnlySpan<float> logits);

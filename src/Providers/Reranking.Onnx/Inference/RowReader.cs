namespace Reranking.Onnx;

/// <summary>Takes what the model gave for one input.</summary>
/// <param name="index">The position of the input in its request.</param>
/// <param name="tokenCount">How many tokens the input has.</param>
/// <param name="values">The row of the output: one logit, or a vector a token with the padding's at the end. It is used again after the call.</param>
internal delegate void RowReader(int index, int tokenCount, ReadOnlySpan<float> values);

namespace Reranking.Onnx;

/// <summary>What all documents of a request are read with.</summary>
/// <param name="Text">The query.</param>
/// <param name="Instruction">What the model is told to look for, or <see langword="null"/> for what the settings or the prompt say. Models without a prompt do not read it.</param>
internal readonly record struct PairQuery(string Text, string? Instruction = null);

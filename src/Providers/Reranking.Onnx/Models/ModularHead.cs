namespace Reranking.Onnx.Models;

/// <summary>What turns the last hidden states of a graph into logits: the modules beside a modular Sentence Transformers cross-encoder.</summary>
/// <param name="Pooling">How the vectors of an input become one; several are joined in this order.</param>
/// <param name="Layers">What is done to that vector, in this order; the last one returns the logits.</param>
/// <param name="HiddenSize">The dimensions of a token's vector.</param>
/// <param name="Files">The files that it was read from.</param>
internal sealed record ModularHead(IReadOnlyList<HeadPooling> Pooling, IReadOnlyList<HeadLayer> Layers, int HiddenSize, IReadOnlyList<string> Files)
{
    /// <summary>Gets how many logits there are, one per label.</summary>
    public int LabelCount => Layers[^1].OutputSize;

    /// <summary>Gets the size of the largest vector on the way.</summary>
    public int MaxSize => Math.Max(HiddenSize * Pooling.Count, Layers.Max(static layer => layer.OutputSize));
}

/// <summary>How the vectors of the tokens become the vector of an input.</summary>
internal enum HeadPooling
{
    Cls,
    Max,
    Mean,
    MeanSqrtLength,
    WeightedMean,
    LastToken,
}

/// <summary>What is applied to each number of a layer.</summary>
internal enum HeadActivation
{
    Identity,
    Tanh,
    Gelu,
    Relu,
    Sigmoid,
    Silu,
}

/// <summary>A step of a head.</summary>
/// <param name="OutputSize">How many numbers it returns.</param>
internal abstract record HeadLayer(int OutputSize);

/// <summary>activation(weight · x + bias), plus the input or its projection where there is a residual.</summary>
internal sealed record DenseLayer(int InputSize, int OutputSize, float[] Weight, float[]? Bias, HeadActivation Activation, bool HasResidual, float[]? Residual)
    : HeadLayer(OutputSize);

/// <summary>(x − mean) / √(variance + ε) · weight + bias.</summary>
internal sealed record NormLayer(int OutputSize, float[] Weight, float[] Bias) : HeadLayer(OutputSize);

/// <summary>The vector at length 1.</summary>
internal sealed record UnitLayer(int OutputSize) : HeadLayer(OutputSize);

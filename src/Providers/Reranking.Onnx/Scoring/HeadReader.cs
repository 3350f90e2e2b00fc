using System.Buffers;
using System.Numerics.Tensors;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Scoring;

/// <summary>Computes the logits of an input from its last hidden states: pooling, then the layers of the head.</summary>
/// <remarks>
/// Thread-safe. A head is a few hundred rows, each one product with a vector, beside a graph that does as much for every token of every layer. Sums are
/// in single precision as in the reference, except for the mean and the variance.
/// </remarks>
/// <param name="head">The head.</param>
internal sealed class HeadReader(ModularHead head)
{
    private const double Epsilon = 1e-5;   // torch's; the files do not say it
    private const float SmallestNorm = 1e-12f;

    /// <summary>Reads an input.</summary>
    /// <param name="tokenCount">How many tokens it has; what is behind them is padding.</param>
    /// <param name="hidden">A vector per token.</param>
    /// <param name="readLogits">Makes the raw score of the logits.</param>
    public double Read(int tokenCount, ReadOnlySpan<float> hidden, LogitReader readLogits)
    {
        float[] first = ArrayPool<float>.Shared.Rent(head.MaxSize);
        float[] second = ArrayPool<float>.Shared.Rent(head.MaxSize);
        try
        {
            int size = head.HiddenSize * head.Pooling.Count;
            for (int i = 0; i < head.Pooling.Count; i++)
            {
                Pool(head.Pooling[i], hidden[..(tokenCount * head.HiddenSize)], first.AsSpan(i * head.HiddenSize, head.HiddenSize));
            }

            foreach (HeadLayer layer in head.Layers)
            {
                Apply(layer, first.AsSpan(0, size), second.AsSpan(0, layer.OutputSize));
                (first, second, size) = (second, first, layer.OutputSize);
            }

            return readLogits(first.AsSpan(0, size));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(first);
            ArrayPool<float>.Shared.Return(second);
        }
    }

    private static void Pool(HeadPooling pooling, ReadOnlySpan<float> hidden, Span<float> pooled)
    {
        int size = pooled.Length;
        int count = hidden.Length / size;
        if (pooling is HeadPooling.Cls or HeadPooling.LastToken)
        {
            hidden.Slice(pooling == HeadPooling.Cls ? 0 : (count - 1) * size, size).CopyTo(pooled);
            return;
        }

        hidden[..size].CopyTo(pooled);
        for (int token = 1; token < count; token++)
        {
            ReadOnlySpan<float> vector = hidden.Slice(token * size, size);
            switch (pooling)
            {
                case HeadPooling.Max:
                    TensorPrimitives.Max(pooled, vector, pooled);
                    break;
                case HeadPooling.WeightedMean:
                    TensorPrimitives.MultiplyAdd(vector, token + 1, pooled, pooled);
                    break;
                default:
                    TensorPrimitives.Add(pooled, vector, pooled);
                    break;
            }
        }

        float divisor = pooling switch
        {
            HeadPooling.Mean => count,
            HeadPooling.MeanSqrtLength => MathF.Sqrt(count),
            HeadPooling.WeightedMean => count * (count + 1f) / 2,
            _ => 1,
        };
        TensorPrimitives.Divide(pooled, divisor, pooled);
    }

    private static void Apply(HeadLayer layer, ReadOnlySpan<float> x, Span<float> y)
    {
        switch (layer)
        {
            case DenseLayer dense:
                Apply(dense, x, y);
                break;
            case NormLayer norm:
                Apply(norm, x, y);
                break;
            default:
                TensorPrimitives.Divide(x, Math.Max(TensorPrimitives.Norm(x), SmallestNorm), y);
                break;
        }
    }

    private static void Apply(DenseLayer dense, ReadOnlySpan<float> x, Span<float> y)
    {
        for (int row = 0; row < y.Length; row++)
        {
            float sum = TensorPrimitives.Dot(x, dense.Weight.AsSpan(row * x.Length, x.Length)) + (dense.Bias is { } bias ? bias[row] : 0);
            float residual = !dense.HasResidual ? 0
                : dense.Residual is { } projection ? TensorPrimitives.Dot(x, projection.AsSpan(row * x.Length, x.Length))
                : x[row];
            y[row] = Activate(dense.Activation, sum) + residual;
        }
    }

    private static void Apply(NormLayer norm, ReadOnlySpan<float> x, Span<float> y)
    {
        double mean = 0;
        foreach (float value in x)
        {
            mean += value;
        }

        mean /= x.Length;
        double variance = 0;
        foreach (float value in x)
        {
            variance += (value - mean) * (value - mean);
        }

        double scale = 1 / Math.Sqrt((variance / x.Length) + Epsilon);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = (float)(((x[i] - mean) * scale * norm.Weight[i]) + norm.Bias[i]);
        }
    }

    private static float Activate(HeadActivation activation, float x) => activation switch
    {
        HeadActivation.Identity => x,
        HeadActivation.Tanh => MathF.Tanh(x),
        HeadActivation.Gelu => (float)(x / 2d * (1 + Erf(x / Math.Sqrt(2)))),
        HeadActivation.Relu => MathF.Max(x, 0),
        HeadActivation.Sigmoid => 1 / (1 + MathF.Exp(-x)),
        _ => x / (1 + MathF.Exp(-x)),
    };

    // Abramowitz and Stegun 7.1.26, off by at most 1.5e-7; .NET has none.
    private static double Erf(double x)
    {
        double t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        double y = 1 - (t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-x * x));
        return Math.CopySign(y, x);
    }
}

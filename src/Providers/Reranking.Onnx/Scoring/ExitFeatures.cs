using System.Buffers;
using System.Numerics.Tensors;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Scoring;

/// <summary>What a probe reads of the hidden states of a pair; special tokens but the first are left out.</summary>
/// <remarks>About 20 microseconds for 10 tokens of a query and 100 of a document, a hundredth of the layers before it.</remarks>
internal static class ExitFeatures
{
    /// <summary>
    /// Computes the features: the first state, the means of document and query, their product and absolute difference, and how well the query's tokens
    /// are matched by one of the document's.
    /// </summary>
    /// <param name="states">The hidden states, token by token.</param>
    /// <param name="size">How many numbers a token has.</param>
    /// <param name="query">The tokens of the query.</param>
    /// <param name="document">The tokens of the document.</param>
    /// <param name="features">Where the features go, <see cref="EarlyExitFile.FeatureCount"/> of them.</param>
    public static void Compute(ReadOnlySpan<float> states, int size, Range query, Range document, Span<float> features)
    {
        int length = states.Length / size;
        (int queryStart, int queryCount) = query.GetOffsetAndLength(length);
        (int documentStart, int documentCount) = document.GetOffsetAndLength(length);
        Span<float> documentMean = features.Slice(size, size);
        Span<float> queryMean = features.Slice(2 * size, size);
        Span<float> difference = features.Slice(4 * size, size);
        states[..size].CopyTo(features);
        Mean(states, size, documentStart, documentCount, documentMean);
        Mean(states, size, queryStart, queryCount, queryMean);
        TensorPrimitives.Multiply(documentMean, queryMean, features.Slice(3 * size, size));
        TensorPrimitives.Subtract(documentMean, queryMean, difference);
        TensorPrimitives.Abs(difference, difference);
        features[5 * size] = MaxSim(states, size, queryStart, queryCount, documentStart, documentCount);
    }

    private static void Mean(ReadOnlySpan<float> states, int size, int start, int count, Span<float> mean)
    {
        mean.Clear();
        for (int i = start; i < start + count; i++)
        {
            TensorPrimitives.Add(mean, states.Slice(i * size, size), mean);
        }

        TensorPrimitives.Multiply(mean, 1f / Math.Max(1, count), mean);
    }

    // The mean over the query's tokens of the largest cosine with a token of the document.
    private static float MaxSim(ReadOnlySpan<float> states, int size, int queryStart, int queryCount, int documentStart, int documentCount)
    {
        if (queryCount == 0 || documentCount == 0)
        {
            return 0;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(documentCount);
        Span<float> norms = rented.AsSpan(0, documentCount);
        for (int i = 0; i < documentCount; i++)
        {
            norms[i] = 1 / Math.Max(TensorPrimitives.Norm(states.Slice((documentStart + i) * size, size)), 1e-12f);
        }

        float sum = 0;
        for (int i = queryStart; i < queryStart + queryCount; i++)
        {
            ReadOnlySpan<float> token = states.Slice(i * size, size);
            float best = float.NegativeInfinity;
            for (int j = 0; j < documentCount; j++)
            {
                best = Math.Max(best, TensorPrimitives.Dot(token, states.Slice((documentStart + j) * size, size)) * norms[j]);
            }

            sum += best / Math.Max(TensorPrimitives.Norm(token), 1e-12f);
        }

        ArrayPool<float>.Shared.Return(rented);
        return sum / queryCount;
    }
}

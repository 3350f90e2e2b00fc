using System.Numerics.Tensors;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>A probe and how good it is on pairs that it was not fitted to.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="Correlation">The correlation of its estimates with the logits.</param>
internal sealed record FittedProbe(EarlyExitProbe Probe, double Correlation)
{
    /// <summary>Fits a probe; of several penalties the one that is best on the held-out pairs.</summary>
    public static FittedProbe Fit(int layer, NormalEquations equations, int exit, IReadOnlyList<TaughtPairs> heldOut, IEnumerable<double> ridges)
    {
        FittedProbe? best = null;
        foreach (double ridge in ridges)
        {
            (float[] weights, double bias) = equations.Solve(ridge);
            double[] estimates =
                [.. heldOut.SelectMany(pairs => pairs.Features[exit]).Select(features => TensorPrimitives.Dot<float>(features, weights) + bias)];
            double[] logits = [.. heldOut.SelectMany(static pairs => pairs.Logits)];
            double error = TensorPrimitives.Distance<double>(estimates, logits) / Math.Sqrt(Math.Max(1, logits.Length));
            if (best is null || error < best.Probe.Error)
            {
                best = new FittedProbe(new EarlyExitProbe(layer, weights, bias, error), Correlate(estimates, logits));
            }
        }

        return best!;
    }

    public double Estimate(float[] features) => TensorPrimitives.Dot(features, Probe.Weights.Span) + Probe.Bias;

    private static double Correlate(double[] first, double[] second)
    {
        double firstMean = first.Average();
        double secondMean = second.Average();
        double product = first.Zip(second, (a, b) => (a - firstMean) * (b - secondMean)).Sum();
        return product / Math.Sqrt(first.Sum(a => (a - firstMean) * (a - firstMean)) * second.Sum(b => (b - secondMean) * (b - secondMean)));
    }
}

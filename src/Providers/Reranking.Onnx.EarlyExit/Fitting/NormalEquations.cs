using System.Numerics.Tensors;

namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>What ridge regression needs to know of all pairs so far: sums, whose size does not grow with the pairs.</summary>
/// <param name="size">How many features there are. The products take size² × 8 bytes.</param>
internal sealed class NormalEquations(int size)
{
    private readonly double[] _products = new double[(long)size * size];   // the lower triangle, row by row
    private readonly double[] _sums = new double[size];
    private readonly double[] _targets = new double[size];
    private double _targetSum;
    private long _count;

    /// <summary>Gets how many features there are.</summary>
    public int Size => size;

    /// <summary>Gets how many pairs there were.</summary>
    public long Count => _count;

    /// <summary>Adds pairs.</summary>
    /// <param name="features">The features of the pairs, one after the other.</param>
    /// <param name="targets">What the features shall tell, a number a pair.</param>
    public void Add(IReadOnlyList<float[]> features, IReadOnlyList<double> targets)
    {
        double[][] rows = [.. features.Select(static row => Array.ConvertAll(row, static value => (double)value))];

        // Row by row of the products, so that each stays in the cache for all pairs.
        Parallel.For(0, size, i =>
        {
            Span<double> products = _products.AsSpan(i * size, i + 1);
            double target = 0;
            double sum = 0;
            for (int k = 0; k < rows.Length; k++)
            {
                double value = rows[k][i];
                TensorPrimitives.MultiplyAdd(rows[k].AsSpan(0, i + 1), value, products, products);
                target += value * targets[k];
                sum += value;
            }

            _targets[i] += target;
            _sums[i] += sum;
        });
        _targetSum += targets.Sum();
        _count += rows.Length;
    }

    /// <summary>Solves for the weights and the constant.</summary>
    /// <param name="ridge">How much large weights cost, as a share of what each feature varies.</param>
    public (float[] Weights, double Bias) Solve(double ridge)
    {
        double[] mean = [.. _sums.Select(sum => sum / _count)];
        double targetMean = _targetSum / _count;
        double[] factor = new double[_products.Length];
        double[] right = new double[size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                factor[(i * size) + j] = _products[(i * size) + j] - (_count * mean[i] * mean[j]);
            }

            // A feature that never varies has no weight.
            factor[(i * size) + i] = Math.Max(factor[(i * size) + i], 1e-9 * _count) * (1 + ridge);
            right[i] = _targets[i] - (_count * mean[i] * targetMean);
        }

        Factorize(factor, size);
        Substitute(factor, right);
        double bias = targetMean - TensorPrimitives.Dot<double>(right, mean);
        return (Array.ConvertAll(right, static weight => (float)weight), bias);
    }

    /// <summary>Writes the sums.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_targetSum);
        foreach (double[] values in (double[][])[_sums, _targets, _products])
        {
            foreach (double value in values)
            {
                writer.Write(value);
            }
        }
    }

    /// <summary>Reads sums of the same size.</summary>
    public void Read(BinaryReader reader)
    {
        _count = reader.ReadInt64();
        _targetSum = reader.ReadDouble();
        foreach (double[] values in (double[][])[_sums, _targets, _products])
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadDouble();
            }
        }
    }

    // Cholesky, row by row in place.
    private static void Factorize(double[] matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            Span<double> row = matrix.AsSpan(i * size, size);
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<double> other = matrix.AsSpan(j * size, size);
                double rest = row[j] - TensorPrimitives.Dot<double>(row[..j], other[..j]);
                row[j] = j == i ? Math.Sqrt(Math.Max(rest, 1e-12)) : rest / other[j];
            }
        }
    }

    private void Substitute(double[] factor, double[] values)
    {
        for (int i = 0; i < size; i++)
        {
            double rest = values[i] - TensorPrimitives.Dot<double>(factor.AsSpan(i * size, i), values.AsSpan(0, i));
            values[i] = rest / factor[(i * size) + i];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            values[i] /= factor[(i * size) + i];
            TensorPrimitives.MultiplyAdd(factor.AsSpan(i * size, i), -values[i], values.AsSpan(0, i), values.AsSpan(0, i));
        }
    }
}

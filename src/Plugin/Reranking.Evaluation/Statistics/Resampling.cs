namespace Reranking.Evaluation.Statistics;

/// <summary>What resampling says about a mean; the same answer from the same seed.</summary>
internal static class Resampling
{
    public const int Count = 10_000;

    /// <summary>
    /// Returns the bootstrap interval of a mean: percentiles, set further apart by as much as few values need (Hesterberg's expansion), without which the
    /// interval of 25 values covers 92 % instead of 95 %. One of fewer than 2 values is <see langword="null"/>.
    /// </summary>
    public static ConfidenceInterval? Interval(IReadOnlyList<double> values, ulong seed, int samples = Count)
    {
        int n = values.Count;
        if (n < 2)
        {
            return null;
        }

        double[] copy = [.. values];
        double[] means = new double[samples];
        var random = new SeededRandom(seed);
        for (int sample = 0; sample < samples; sample++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++)
            {
                sum += copy[random.Next(n)];
            }

            means[sample] = sum / n;
        }

        Array.Sort(means);
        double tail = NormalDistribution.Cumulative(-Math.Sqrt(n / (n - 1.0)) * NormalDistribution.StudentQuantile975(n - 1));
        int skipped = (int)(tail * samples);
        return new ConfidenceInterval(means[skipped], means[^(skipped + 1)]);
    }

    /// <summary>
    /// Returns Fisher's paired randomization test, two-sided: how often a mean as far from 0 comes about when the sign of each difference is a coin's.
    /// </summary>
    public static double PValue(IReadOnlyList<double> differences, ulong seed, int samples = Count)
    {
        // A difference of 0 keeps its sign whatever the coin says.
        double[] values = [.. differences.Where(static difference => difference != 0)];
        double total = values.Sum();
        double observed = Math.Abs(total) - 1e-12;   // sums of equal values in another order differ in the last bits
        var random = new SeededRandom(seed);
        int extreme = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            double flipped = 0;
            for (int start = 0; start < values.Length; start += 64)
            {
                ulong signs = random.Next();
                for (int i = start; i < Math.Min(start + 64, values.Length); i++, signs >>= 1)
                {
                    flipped += (signs & 1) == 0 ? 0 : values[i];
                }
            }

            extreme += Math.Abs(total - (2 * flipped)) >= observed ? 1 : 0;
        }

        return (extreme + 1.0) / (samples + 1);   // the sample that was seen is one of them
    }

    /// <summary>Returns p-values corrected by Holm for how many there are, in the same order.</summary>
    public static double[] Holm(IReadOnlyList<double> pValues)
    {
        double[] corrected = new double[pValues.Count];
        double highest = 0;
        foreach ((int index, int rank) in Enumerable.Range(0, corrected.Length).OrderBy(i => pValues[i]).Select(static (index, rank) => (index, rank)))
        {
            highest = Math.Max(highest, Math.Min(1, pValues[index] * (corrected.Length - rank)));
            corrected[index] = highest;
        }

        return corrected;
    }
}

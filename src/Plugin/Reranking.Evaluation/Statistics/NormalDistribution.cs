namespace Reranking.Evaluation.Statistics;

/// <summary>The normal distribution, and the quantile of Student's.</summary>
internal static class NormalDistribution
{
    public const double Quantile975 = 1.959963984540054;

    /// <summary>Returns the 97.5 % quantile of Student's distribution, by the expansion of Cornish and Fisher; to 1 % from 4 degrees of freedom.</summary>
    public static double StudentQuantile975(int degreesOfFreedom)
    {
        const double Z = Quantile975;
        double v = degreesOfFreedom;
        double z3 = Z * Z * Z;
        double z5 = z3 * Z * Z;
        double z7 = z5 * Z * Z;
        return Z + ((z3 + Z) / (4 * v)) + (((5 * z5) + (16 * z3) + (3 * Z)) / (96 * v * v))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * Z)) / (384 * v * v * v));
    }

    /// <summary>Returns the share below a value: Abramowitz and Stegun 26.2.17, to 7.5e-8.</summary>
    public static double Cumulative(double z)
    {
        double t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        double tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z >= 0 ? 1 - tail : tail;
    }
}

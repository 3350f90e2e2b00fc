namespace Reranking.Evaluation.Calibration;

/// <summary>Fits the curve of a calibration to raw scores and outcomes.</summary>
internal static class CurveFitting
{
    private const int MaxSteps = 200;
    private const double Converged = 1e-12;

    /// <summary>Fits a curve.</summary>
    /// <param name="points">Raw scores and whether their documents are relevant; some are, some are not.</param>
    /// <param name="kind">The shape.</param>
    /// <exception cref="ArgumentException">Relevance does not rise with the raw score.</exception>
    public static ScoreCalibration Fit(IReadOnlyList<(double Raw, bool IsRelevant)> points, ScoreCalibrationKind kind) =>
        kind == ScoreCalibrationKind.Isotonic ? Isotonic(points) : Platt(points);

    // Newton's method on the logistic loss. The targets are Platt's, a little inside of 0 and 1, so that a set without an overlap has a finite slope.
    private static ScoreCalibration Platt(IReadOnlyList<(double Raw, bool IsRelevant)> points)
    {
        double mean = points.Average(static point => point.Raw);
        double scale = Math.Sqrt(points.Average(point => (point.Raw - mean) * (point.Raw - mean)));
        if (!(scale > 0))
        {
            throw new ArgumentException("All raw scores are equal; expected scores that tell documents apart.", nameof(points));
        }

        int relevant = points.Count(static point => point.IsRelevant);
        (double high, double low) = ((relevant + 1.0) / (relevant + 2), 1.0 / (points.Count - relevant + 2));
        (double X, double Target)[] scaled = [.. points.Select(point => ((point.Raw - mean) / scale, point.IsRelevant ? high : low))];
        (double slope, double intercept) = (0, Math.Log((relevant + 1.0) / (points.Count - relevant + 1)));
        double loss = Loss(scaled, slope, intercept);
        for (int step = 0; step < MaxSteps; step++)
        {
            (double bySlope, double byIntercept, double xx, double x, double one) = (0, 0, Converged, 0, Converged);
            foreach ((double at, double target) in scaled)
            {
                double probability = Sigmoid((slope * at) + intercept);
                double weight = probability * (1 - probability);
                bySlope += (probability - target) * at;
                byIntercept += probability - target;
                xx += weight * at * at;
                x += weight * at;
                one += weight;
            }

            double determinant = (xx * one) - (x * x);
            double slopeStep = ((one * bySlope) - (x * byIntercept)) / determinant;
            double interceptStep = ((xx * byIntercept) - (x * bySlope)) / determinant;
            double share = 1;
            double next = Loss(scaled, slope - slopeStep, intercept - interceptStep);
            for (; next > loss && share > Converged; next = Loss(scaled, slope - (share * slopeStep), intercept - (share * interceptStep)))
            {
                share /= 2;
            }

            if (!(next < loss))
            {
                break;
            }

            (slope, intercept) = (slope - (share * slopeStep), intercept - (share * interceptStep));
            (double gained, loss) = (loss - next, next);
            if (gained < Converged * Math.Abs(loss))
            {
                break;
            }
        }

        return slope > 0
            ? ScoreCalibration.Platt(slope / scale, intercept - (slope * mean / scale))
            : throw new ArgumentException("Documents with a higher raw score are not more often relevant; expected that they are.", nameof(points));
    }

    // Pools neighbors that fall until none does; a pool is level from its first to its last raw score.
    private static ScoreCalibration Isotonic(IReadOnlyList<(double Raw, bool IsRelevant)> points)
    {
        var pools = new List<(double First, double Last, int Count, int Relevant)>();
        foreach (IGrouping<double, (double Raw, bool IsRelevant)> group in points.GroupBy(static point => point.Raw).OrderBy(static group => group.Key))
        {
            (double First, double Last, int Count, int Relevant) pool = (group.Key, group.Key, group.Count(), group.Count(static point => point.IsRelevant));
            while (pools.Count > 0 && (long)pools[^1].Relevant * pool.Count >= (long)pool.Relevant * pools[^1].Count)
            {
                pool = (pools[^1].First, pool.Last, pools[^1].Count + pool.Count, pools[^1].Relevant + pool.Relevant);
                pools.RemoveAt(pools.Count - 1);
            }

            pools.Add(pool);
        }

        // No set is large enough to say never and always.
        double least = 1.0 / (points.Count + 2);
        (double Raw, double Probability)[] corners =
        [
            .. pools
                .SelectMany(static pool => pool.First < pool.Last ? new[] { pool.First, pool.Last } : [pool.First], static (pool, raw) =>
                    (raw, (double)pool.Relevant / pool.Count))
                .Select(corner => (corner.raw, Math.Clamp(corner.Item2, least, 1 - least))),
        ];
        return ScoreCalibration.Isotonic(
            [.. corners.Select(static corner => corner.Raw)], [.. corners.Select(static corner => corner.Probability)]);
    }

    private static double Loss((double X, double Target)[] points, double slope, double intercept)
    {
        double sum = 0;
        foreach ((double x, double target) in points)
        {
            double logit = (slope * x) + intercept;

            // log(1 + e^logit), which overflows for none.
            sum += Math.Max(logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))) - (target * logit);
        }

        return sum;
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}

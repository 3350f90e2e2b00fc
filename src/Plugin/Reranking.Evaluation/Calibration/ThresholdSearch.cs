using System.Text.Json.Serialization;

namespace Reranking.Evaluation.Calibration;

/// <summary>Precision and recall over thresholds, and the lowest threshold that is precise enough.</summary>
internal static class ThresholdSearch
{
    private const int MaxDecimals = 15;

    /// <summary>Returns what each threshold between two scores keeps, the highest first.</summary>
    public static CalibrationPoint[] Points(IEnumerable<CalibrationObservation> observations)
    {
        (double Value, int Count, int Relevant)[] groups =
        [
            .. observations
                .GroupBy(static observation => observation.Value)
                .OrderByDescending(static group => group.Key)
                .Select(static group => (group.Key, group.Count(), group.Count(static observation => observation.IsRelevant))),
        ];
        int relevantCount = groups.Sum(static group => group.Relevant);
        var points = new CalibrationPoint[groups.Length];
        int kept = 0;
        int relevant = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            kept += groups[i].Count;
            relevant += groups[i].Relevant;
            double below = i + 1 < groups.Length ? groups[i + 1].Value : 0;
            points[i] = new CalibrationPoint(
                Between(below, groups[i].Value), (double)relevant / kept, relevantCount == 0 ? 0 : (double)relevant / relevantCount, kept);
        }

        return points;
    }

    public static CalibrationPoint? Choose(CalibrationPoint[] points, double wantedPrecision, double leastRecall, int leastKept) =>
        Array.FindLast(points, point => point.Precision >= wantedPrecision && point.Recall >= leastRecall && point.KeptCount >= leastKept);

    /// <summary>Chooses a threshold on each half of the queries, and returns how precise it is on the other.</summary>
    public static double? HeldOutPrecision(IReadOnlyCollection<CalibrationObservation> observations, double wantedPrecision, double leastRecall)
    {
        string[] queries = [.. observations.Select(static observation => observation.QueryId).Distinct().Order(StringComparer.Ordinal)];
        HashSet<string> first = [.. queries.Where(static (_, index) => index % 2 == 0)];
        CalibrationObservation[][] halves =
        [
            [.. observations.Where(observation => first.Contains(observation.QueryId))],
            [.. observations.Where(observation => !first.Contains(observation.QueryId))],
        ];
        if (!Array.TrueForAll(halves, static half => Array.Exists(half, static observation => observation.IsRelevant)))
        {
            return null;   // nothing to find in one of them says nothing about the other
        }

        int kept = 0;
        int relevant = 0;
        for (int half = 0; half < 2; half++)
        {
            if (Choose(Points(halves[half]), wantedPrecision, leastRecall, leastKept: 1) is not { } chosen)
            {
                continue;   // what the other half chooses is checked on this one all the same
            }

            CalibrationObservation[] passed = [.. halves[1 - half].Where(observation => observation.Value >= chosen.Threshold)];
            kept += passed.Length;
            relevant += passed.Count(static observation => observation.IsRelevant);
        }

        return kept == 0 ? null : (double)relevant / kept;
    }

    // The shortest number that parts the two: people paste it into their settings.
    private static double Between(double below, double value)
    {
        double middle = (below + value) / 2;
        for (int decimals = 2; decimals <= MaxDecimals; decimals++)
        {
            double rounded = Math.Round(middle, decimals);
            if (rounded > below && rounded <= value)
            {
                return rounded;
            }
        }

        return value;
    }
}

/// <summary>How calibrations are written: without reflection, so that it works where code is compiled ahead of time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ThresholdCalibration))]
internal sealed partial class CalibrationJsonContext : JsonSerializerContext;

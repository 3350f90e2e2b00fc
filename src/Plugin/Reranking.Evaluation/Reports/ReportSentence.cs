using System.Globalization;
using System.Text.Json.Serialization;

namespace Reranking.Evaluation.Reports;

/// <summary>The sentence that answers the question.</summary>
internal static class ReportSentence
{
    public static string Write(EvaluationReport report, ScorerReport scorer)
    {
        string metric = report.Metrics[0];
        int count = report.QueryCount - scorer.FailedQueryCount;
        string queries = count == 1 ? "1 query" : $"{count} queries";
        if (!scorer.Comparisons.TryGetValue(metric, out PairedComparison? comparison) || comparison.Interval is not { } interval)
        {
            return $"{queries} cannot show anything about {scorer.Name}: label 25 or more.";
        }

        string tally = $"{queries}: {comparison.BetterCount} better, {comparison.WorseCount} worse, {comparison.EqualCount} equal";
        string range = Invariant($"95 % interval {interval.Low:0.000} to {interval.High:0.000}, {tally}");
        if (!comparison.IsSignificant || interval.IncludesZero)
        {
            string change = comparison.Difference.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);
            return Invariant($"{queries} cannot show a gain below {interval.HalfWidth:0.000}: {scorer.Name} changes {metric} by {change} ({range}).");
        }

        string verb = comparison.Difference > 0 ? "raises" : "lowers";
        string sentence = Invariant(
            $"Reranking with {scorer.Name} {verb} {metric} by {Math.Abs(comparison.Difference):0.000} ({range}), for {scorer.Latency.P95:0} ms at p95");
        string enough = comparison.Difference > 0 && scorer.Curve.Count > 1 ? $"; {scorer.EnoughCandidates} candidates are enough" : "";
        string halves = comparison.Difference > 0 && scorer.SplitHalf is { Holds: false } ? " It does not hold on halves of the queries: label more." : "";
        return $"{sentence}{enough}.{halves}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How reports are written: without reflection, so that it works where code is compiled ahead of time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;

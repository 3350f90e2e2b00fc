using System.Globalization;

namespace Reranking.Evaluation.Reports;

/// <summary>The plots of a report.</summary>
internal static class ReportPlots
{
    /// <summary>The style of an image outside of the page of a report.</summary>
    public const string StandaloneStyle = """
        svg{background:#fff;font:12px system-ui,sans-serif}text{fill:#1b1f24}.tick,.title{fill:#57606a}.grid{stroke:#d0d7de}.axis{stroke:#57606a}
        .stroke{fill:none;stroke-width:2}.ceiling{stroke:#57606a;stroke-dasharray:6 4}
        .stroke.c0{stroke:#0550ae}.fill.c0{fill:#0550ae}.stroke.c1{stroke:#953800}.fill.c1{fill:#953800}.stroke.c2{stroke:#116329}.fill.c2{fill:#116329}
        .stroke.c3{stroke:#8250df}.fill.c3{fill:#8250df}.stroke.c4{stroke:#a40e26}.fill.c4{fill:#a40e26}.stroke.c5{stroke:#0b6b78}.fill.c5{fill:#0b6b78}
        """;

    private const int Colors = 6;

    /// <summary>Returns the class of a scorer, which gives it a color in all plots.</summary>
    public static string ColorOf(EvaluationReport report, ScorerReport scorer) =>
        $"c{report.Scorers.ToList().FindIndex(other => other.Name == scorer.Name) % Colors}";

    /// <summary>Quality against latency; the bars are the interval of the gain and the way from p50 to p95.</summary>
    public static string QualityAgainstLatency(EvaluationReport report)
    {
        string metric = report.Metrics[0];
        double first = report.FirstStage.Means[metric];
        (ScorerReport Scorer, double P50, double P95, double Value, ConfidenceInterval? Interval)[] points =
        [
            .. report.Scorers.Where(scorer => scorer.Comparisons.ContainsKey(metric)).Select(scorer => (
                scorer,
                report.FirstStage.Latency.P50 + scorer.Latency.P50,
                report.FirstStage.Latency.P95 + scorer.Latency.P95,
                scorer.Means[metric],
                scorer.Comparisons[metric].Interval)),
        ];
        var plot = new SvgPlot(
            $"{metric} against milliseconds a query",
            (0, Math.Max(points.Select(static point => point.P95).Append(report.FirstStage.Latency.P95).Max(), 0.1) * 1.08),
            SvgPlot.Range([first, .. points.SelectMany(point => point.Interval is { } interval ? [point.Value, first + interval.Low, first + interval.High]
                : new[] { point.Value })]));
        plot.YAxis(metric);
        plot.XAxis("milliseconds a query, first stage included: the dot is the median, the line leads to p95");
        foreach ((ScorerReport scorer, double p50, double p95, double value, ConfidenceInterval? interval) in points)
        {
            string color = ColorOf(report, scorer);
            plot.Line($"stroke {color}", [(p50, value), (p95, value)]);
            if (interval is { } range)
            {
                plot.Line($"stroke {color}", [(p50, first + range.Low), (p50, first + range.High)]);
            }

            plot.Point($"fill {color}", p50, value, Invariant($"{scorer.Name}: {metric} {value:0.000}, p50 {p50:0} ms, p95 {p95:0} ms"));
        }

        plot.Point("fill base", report.FirstStage.Latency.P50, first, Invariant($"{report.FirstStage.Name}: {metric} {first:0.000}"));
        plot.Labels(
            [(report.FirstStage.Latency.P50, first, report.FirstStage.Name), .. points.Select(static point => (point.P95, point.Value, point.Scorer.Name))]);
        return plot.Close();
    }

    /// <summary>The first metric over the number of candidates, with what a perfect scorer would have.</summary>
    public static string CandidateCurve(EvaluationReport report)
    {
        string metric = report.Metrics[0];
        double first = report.FirstStage.Means[metric];
        CurvePoint[] longest = [.. report.Scorers.Select(static scorer => scorer.Curve).MaxBy(static curve => curve.Count)!];
        double[] counts = [.. longest.Select(static point => (double)point.CandidateCount)];
        double[] values =
            [.. report.Scorers.SelectMany(static scorer => scorer.Curve).SelectMany(static point => new[] { point.Value, point.Ceiling })];
        var plot = new SvgPlot($"{metric} over the number of reranked candidates", (0, counts.Length - 1), SvgPlot.Range([first, .. values]));
        plot.YAxis(metric);
        plot.XAxis("candidates reranked", ticks: counts.Select(static (count, index) => ((double)index, count.ToString(CultureInfo.InvariantCulture))));
        plot.Line("stroke ceiling", longest.Select(static (point, index) => ((double)index, point.Ceiling)));
        plot.Line("stroke base", [(0, first), (counts.Length - 1, first)]);
        List<(double X, double Y, string Text)> labels =
            [(counts.Length - 1, longest[^1].Ceiling, "perfect scorer"), (counts.Length - 1, first, report.FirstStage.Name)];
        foreach (ScorerReport scorer in report.Scorers.Where(static scorer => scorer.Curve.Count > 0))
        {
            (double X, double Y)[] line =
                [.. scorer.Curve.Select(point => ((double)Array.IndexOf(counts, point.CandidateCount), point.Value))];
            plot.Line($"stroke {ColorOf(report, scorer)}", line);
            foreach ((CurvePoint point, (double x, double y)) in scorer.Curve.Zip(line))
            {
                plot.Point($"fill {ColorOf(report, scorer)}", x, y, Invariant($"{scorer.Name}, {point.CandidateCount} candidates: {metric} {y:0.000}"));
            }

            labels.Add((line[^1].X, line[^1].Y, scorer.Name));
        }

        plot.Labels(labels);
        return plot.Close();
    }

    /// <summary>How the scores of relevant documents and those of the others are spread, with the threshold.</summary>
    public static string Distributions(ScorerReport scorer)
    {
        double relevantCount = Math.Max(scorer.RelevantHistogram.Sum(), 1);
        double otherCount = Math.Max(scorer.OtherHistogram.Sum(), 1);
        double[] relevant = [.. scorer.RelevantHistogram.Select(count => count / relevantCount)];
        double[] other = [.. scorer.OtherHistogram.Select(count => count / otherCount)];
        double highest = Math.Max(relevant.Max(), other.Max());
        var plot = new SvgPlot($"Scores of {scorer.Name}: relevant documents above the line, others below", (0, 1), (-highest * 1.1, highest * 1.1), 260);
        plot.YAxis("share", "0.0;0.0");
        plot.XAxis("score (Value)", "0.0");
        for (int bin = 0; bin < relevant.Length; bin++)
        {
            double from = (double)bin / relevant.Length;
            double to = (bin + 1.0) / relevant.Length;
            plot.Bar("fill good", (from, 0), (to, relevant[bin]), Invariant($"{from:0.00} to {to:0.00}: {scorer.RelevantHistogram[bin]} relevant"));
            plot.Bar("fill base", (from, 0), (to, -other[bin]), Invariant($"{from:0.00} to {to:0.00}: {scorer.OtherHistogram[bin]} others"));
        }

        plot.Label(1, highest / 2, "relevant");
        plot.Label(1, -highest / 2, "others");
        if (scorer.Calibration.MinScore is { } threshold)
        {
            plot.Line("stroke threshold", [(threshold, -highest * 1.1), (threshold, highest * 1.1)]);
            plot.Label(1, highest, Invariant($"MinScore {threshold:0.####}"));
        }

        return plot.Close();
    }

    /// <summary>What reranking changes, query by query, sorted.</summary>
    public static string Changes(EvaluationReport report, ScorerReport scorer)
    {
        string metric = report.Metrics[0];
        (string Id, double Change)[] changes =
        [
            .. report.Queries
                .Where(query => query.Scorers.ContainsKey(scorer.Name))
                .Select(query => (query.Id, query.Scorers[scorer.Name].GetValueOrDefault(metric) - query.FirstStage.GetValueOrDefault(metric)))
                .OrderByDescending(static query => query.Item2),
        ];
        double highest = Math.Max(changes.Select(static change => Math.Abs(change.Change)).DefaultIfEmpty().Max(), 0.01) * 1.05;
        var plot = new SvgPlot($"Change of {metric} by {scorer.Name}, query by query", (0, Math.Max(changes.Length, 1)), (-highest, highest), 260);
        plot.YAxis($"change of {metric}", "+0.00;-0.00;0.00");
        plot.XAxis($"{changes.Length} queries, the best change first", ticks: []);
        for (int i = 0; i < changes.Length; i++)
        {
            plot.Bar(
                changes[i].Change >= 0 ? "fill good" : "fill bad",
                (i, 0),
                (i + 1, changes[i].Change),
                Invariant($"query {changes[i].Id}: {changes[i].Change:+0.000;-0.000;0.000}"));
        }

        return plot.Close();
    }

    /// <summary>The relevant share over the mean score of each tenth of the scale; an image of its own.</summary>
    public static string Reliability(string title, IReadOnlyList<KeyValuePair<string, CalibrationReliability>> curves)
    {
        var plot = new SvgPlot(title, (0, 1), (0, 1), 400, StandaloneStyle);
        plot.YAxis("relevant share", "0.0");
        plot.XAxis("score (Value)", "0.0");
        plot.Line("stroke ceiling", [(0, 0), (1, 1)]);
        List<(double X, double Y, string Text)> labels = [(1, 1, "a probability")];
        for (int i = 0; i < curves.Count; i++)
        {
            (string name, CalibrationReliability reliability) = curves[i];
            string color = $"c{i % Colors}";
            plot.Line($"stroke {color}", reliability.Bins.Select(static bin => (bin.MeanScore, bin.RelevantShare)));
            foreach (ReliabilityBin bin in reliability.Bins)
            {
                plot.Point(
                    $"fill {color}",
                    bin.MeanScore,
                    bin.RelevantShare,
                    Invariant($"{name}: {bin.Count} scores of {bin.MeanScore:0.00} in the mean, {bin.RelevantShare:P0} relevant"));
            }

            // Right of the frame, so that it is not part of the curve.
            (double x, double y) = (1.03, 0.4 - (0.06 * i));
            plot.Point($"fill {color}", x, y, name);
            labels.Add((x, y, name));
        }

        plot.Labels(labels);
        return plot.Close() + "\n";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

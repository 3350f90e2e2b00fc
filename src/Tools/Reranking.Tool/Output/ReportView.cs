using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Reranking.Tool.Output;

/// <summary>A report for people at a terminal.</summary>
/// <param name="terminal">Where it is written.</param>
internal sealed class ReportView(Terminal terminal)
{
    private const int TextLength = 90;

    /// <summary>Returns what to paste into the settings of an application.</summary>
    public static string Settings(ThresholdCalibration calibration)
    {
        IEnumerable<string> settings = calibration.ToSettings().Select(static setting =>
            setting.Key == "MinScore" ? $"\"MinScore\": {setting.Value}" : $"\"{setting.Key}\": \"{JsonEncodedText.Encode(setting.Value)}\"");
        return $"\"Reranking\": {{ \"Scorers\": {{ \"{JsonEncodedText.Encode(calibration.ScorerName ?? "local")}\": {{ {string.Join(", ", settings)} }} }} }}";
    }

    public void Write(EvaluationReport report)
    {
        if (report.DescribeLabels() is { } labels)
        {
            Write(labels, Color.Yellow);
        }

        if (report.IsPartial)
        {
            Write($"Stopped early: the numbers are of the first {report.QueryCount} queries.", Color.Yellow);
        }

        foreach (ScorerReport scorer in report.Scorers)
        {
            Write(report.Summarize(scorer.Name), Color.Default);
        }

        WriteTable(report);
        FirstStageReport first = report.FirstStage;
        string advice = first.CandidateRecall < 0.8
            ? " That is low: fix retrieval first, or pass what your own retrieval finds with --run." : "";
        Write(Invariant(
            $"Ceiling: up to {report.CandidateCount} candidates hold {first.CandidateRecall:P0} of what is relevant; ")
            + Invariant($"a perfect scorer of them has {report.Metrics[0]} {first.Ceiling:0.000}.{advice}"));
        foreach (ScorerReport scorer in report.Scorers)
        {
            WriteScorer(report, scorer);
        }

        Write(Invariant($"{report.QueryCount} queries, {report.LeftOutQueryCount} left out without a relevant document; {report.Machine.Processor}, ")
            + Invariant($"{report.Machine.ProcessorCount} processors, {report.Machine.Framework}."), Color.Grey);
    }

    private void WriteTable(EvaluationReport report)
    {
        string metric = report.Metrics[0];
        Table table = new Table().Border(TableBorder.Simple).AddColumn("system");
        foreach (string column in report.Metrics.Concat([$"change of {metric}", "95 % interval", "p", "p50 ms", "p95 ms", "cost of 1,000"]))
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddRow(
        [
            Cell(report.FirstStage.Name),
            .. report.Metrics.Select(name => Cell(Number(report.FirstStage.Means[name]))),
            Cell("-"),
            Cell("-"),
            Cell("-"),
            Cell(Invariant($"{report.FirstStage.Latency.P50:0.0}")),
            Cell(Invariant($"{report.FirstStage.Latency.P95:0.0}")),
            Cell("-"),
        ]);
        foreach (ScorerReport scorer in report.Scorers)
        {
            PairedComparison? comparison = scorer.Comparisons.GetValueOrDefault(metric);
            string interval = comparison?.Interval is { } range ? $"{Signed(range.Low)} to {Signed(range.High)}" : "-";
            table.AddRow(
            [
                Cell(scorer.Name),
                .. report.Metrics.Select(name => Cell(Number(scorer.Means[name]))),
                comparison is null ? Cell("-") : Cell(
                    Signed(comparison.Difference) + (comparison.IsSignificant ? " *" : ""), comparison.Difference < 0 ? Color.Red : Color.Green),
                Cell(interval),
                Cell(comparison is null ? "-" : Invariant($"{comparison.CorrectedPValue:0.0000}")),
                Cell(Invariant($"{scorer.Latency.P50:0}")),
                Cell(Invariant($"{scorer.Latency.P95:0}")),
                Cell(scorer.CostOfThousandQueries?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-"),
            ]);
        }

        terminal.Results.Write(table);
    }

    private void WriteScorer(EvaluationReport report, ScorerReport scorer)
    {
        if (scorer.FailedQueryCount > 0)
        {
            Write($"{scorer.Name} failed {scorer.FailedQueryCount} queries, which its numbers leave out. The first: {scorer.FirstFailure}", Color.Red);
        }

        if (scorer.Curve.Count == 0)
        {
            return;
        }

        // Where the corpus has no more documents, larger numbers of candidates are all the same.
        IEnumerable<CurvePoint> curve = scorer.Curve.Where((point, i) =>
            i == 0 || (point.Value, point.Ceiling) != (scorer.Curve[i - 1].Value, scorer.Curve[i - 1].Ceiling));
        Write($"{scorer.Name}, {report.Metrics[0]} by the number of candidates: "
            + string.Join(", ", curve.Select(static point => Invariant($"{point.CandidateCount}: {point.Value:0.000} of {point.Ceiling:0.000}"))));
        if (scorer.SplitHalf is { } halves)
        {
            Write(Invariant($"{scorer.Name}, gain on each half of the queries: {Signed(halves.FirstHalf)} and {Signed(halves.SecondHalf)}; of other ")
                + Invariant($"halves, both gain in {halves.ShareOfSplits:P0}{(halves.Holds ? "" : ", so do not rely on it")}."));
        }

        Write(Invariant($"{scorer.Name}, texts: {scorer.TruncatedShare:P1} truncated, {scorer.UnscoredShare:P1} not scored."));
        QueryReport[] shown = [.. report.Queries.Where(query => query.Passages.ContainsKey(scorer.Name)).OrderBy(Change)];
        WriteQueries($"{report.Metrics[0]}, worst", shown.Where(query => Change(query) < 0).Take(10));
        WriteQueries($"{report.Metrics[0]}, best", shown.OrderByDescending(Change).Where(query => Change(query) > 0).Take(10));
        Write(scorer.Calibration.MinScore is { } minScore
            ? Invariant($"{scorer.Name}, MinScore {minScore}: keeps {scorer.Calibration.Recall:P0} with a precision of {scorer.Calibration.Precision:0.00}. ")
                + Settings(scorer.Calibration)
            : Invariant($"{scorer.Name}: no clean separation; no MinScore has a precision of {scorer.Calibration.WantedPrecision:0.00}. Set none."));

        double Change(QueryReport query) =>
            query.Scorers[scorer.Name].GetValueOrDefault(report.Metrics[0]) - query.FirstStage.GetValueOrDefault(report.Metrics[0]);

        void WriteQueries(string which, IEnumerable<QueryReport> queries)
        {
            foreach (QueryReport query in queries)
            {
                double before = query.FirstStage.GetValueOrDefault(report.Metrics[0]);
                string text = query.Text is null ? query.Id : query.Text.Length <= TextLength ? query.Text : Terminal.Beginning(query.Text, TextLength) + "…";
                Write(Invariant($"  {which}: {before:0.000} → {before + Change(query):0.000}  {text}"), Color.Grey);
            }
        }
    }

    private static Text Cell(string text, Color? color = null) => new(Terminal.Printable(text), new Style(color ?? Color.Default));

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Write(string line, Color? color = null) =>
        terminal.Results.Write(new Text(Terminal.Printable(line) + "\n", new Style(color ?? Color.Default)));
}

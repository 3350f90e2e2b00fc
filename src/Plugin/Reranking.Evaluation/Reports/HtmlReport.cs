using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Reranking.Evaluation.Reports;

/// <summary>The report as one page: no script, no reference to the outside, a policy that forbids both; light, dark and on paper.</summary>
/// <param name="report">The report.</param>
internal sealed class HtmlReport(EvaluationReport report)
{
    private const string Style = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--c0:#0550ae;--c1:#953800;--c2:#116329;--c3:#8250df;
        --c4:#a40e26;--c5:#0b6b78;--good:#1a7f37;--bad:#cf222e;--base:#6e7781}
        @media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9ea7b3;--line:#3d444d;--soft:#161b22;--c0:#79c0ff;--c1:#ffa657;--c2:#7ee787;
        --c3:#d2a8ff;--c4:#ff7b72;--c5:#76e3ea;--good:#56d364;--bad:#ff7b72;--base:#9ea7b3}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem}
        h1{font-size:1.6rem;margin:0 0 .25rem}
        h2{font-size:1.2rem;margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
        h3{font-size:1rem;margin:1.5rem 0 .25rem}
        .answer{font-size:1.15rem;border-left:4px solid var(--c0);background:var(--soft);padding:.75rem 1rem;margin:1rem 0}
        .note{color:var(--dim)}.warn{border-left:4px solid var(--c1);background:var(--soft);padding:.5rem 1rem}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--dim);padding:.25rem 0}
        th,td{padding:.35rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th:first-child,td:first-child{text-align:left}
        thead th{white-space:normal;vertical-align:bottom}td.text{white-space:normal;text-align:left;min-width:16rem}
        figure{margin:1rem 0}figcaption{color:var(--dim)}svg{width:100%;min-width:40rem;height:auto;font:12px system-ui,sans-serif}
        svg text{fill:var(--fg)}svg .tick,svg .title{fill:var(--dim)}.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--dim);stroke-width:1}
        .stroke{fill:none;stroke-width:2}.ceiling{stroke:var(--dim);stroke-dasharray:6 4}.threshold{stroke:var(--c1);stroke-dasharray:4 3}
        .stroke.base{stroke:var(--base);stroke-dasharray:2 3}.fill.base{fill:var(--base)}.fill.good{fill:var(--good)}.fill.bad{fill:var(--bad)}
        .stroke.c0{stroke:var(--c0)}.fill.c0{fill:var(--c0)}.stroke.c1{stroke:var(--c1)}.fill.c1{fill:var(--c1)}
        .stroke.c2{stroke:var(--c2)}.fill.c2{fill:var(--c2)}
        .stroke.c3{stroke:var(--c3)}.fill.c3{fill:var(--c3)}.stroke.c4{stroke:var(--c4)}.fill.c4{fill:var(--c4)}
        .stroke.c5{stroke:var(--c5)}.fill.c5{fill:var(--c5)}
        details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem .75rem}summary{cursor:pointer}
        .up{color:var(--good)}.down{color:var(--bad)}pre{background:var(--soft);padding:.75rem 1rem;overflow-x:auto}
        @media print{main{max-width:none;padding:0}.scroll{overflow:visible}svg{min-width:0}h2,figure,details,tr{break-inside:avoid}
        details::details-content{content-visibility:visible;block-size:auto}}
        """;

    private readonly StringBuilder _html = new();
    private readonly string _metric = report.Metrics[0];

    public string Write()
    {
        string style = Style.ReplaceLineEndings("\n");
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Add($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{Raw(hash)}'; base-uri 'none'; ");
        Add($"form-action 'none'\">\n");
        Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\n");
        Add($"<title>Reranking on {report.SetName}</title>\n<style>{Raw(style)}</style></head>\n<body><main>\n");
        Add($"<h1>Is reranking worth it on {report.SetName}?</h1>\n");
        WriteAnswer();
        WriteTable();
        if (report.Scorers.Any(static scorer => scorer.Curve.Count > 0))
        {
            WriteSection("Quality against latency", ReportPlots.QualityAgainstLatency(report), "Higher is better, further left is faster.");
            WriteSection(
                "How many candidates?",
                ReportPlots.CandidateCurve(report),
                "The dashed line is what a perfect scorer would reach: if it is low, fix retrieval first. A cascade has one point only.");
        }

        foreach (ScorerReport scorer in report.Scorers.Where(static scorer => scorer.Curve.Count > 0))
        {
            WriteScorer(scorer);
        }

        WriteMachine();
        Add($"</main></body></html>\n");
        return _html.ToString();
    }

    private static RawMarkup Raw(string markup) => new(markup);

    private static string Signed(double value) => value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    private void WriteAnswer()
    {
        if (report.DescribeLabels() is { } labels)
        {
            Add($"<p class=\"warn\">{labels}</p>\n");
        }

        if (report.IsPartial)
        {
            Add($"<p class=\"warn\">Stopped early: the numbers are of the first {report.QueryCount} queries.</p>\n");
        }

        foreach (ScorerReport scorer in report.Scorers)
        {
            Add($"<p class=\"answer\">{report.Summarize(scorer.Name)}</p>\n");
        }

        FirstStageReport first = report.FirstStage;
        string advice = first.CandidateRecall < 0.8 ? " That is low: fix retrieval first." : "";
        Add($"<p>{report.CandidateCount} candidates hold {first.CandidateRecall:P0} of what is relevant; {first.LostQueryCount} of ");
        Add($"{report.QueryCount} queries ");
        Add($"have nothing relevant among them. A perfect scorer of these candidates would have {_metric} {first.Ceiling:0.000}.{advice}</p>\n");
    }

    private void WriteTable()
    {
        Add($"<h2>The numbers</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The numbers\"><table>\n");
        Add($"<caption>{report.QueryCount} queries; {report.LeftOutQueryCount} more were left out, because nothing is known to be relevant to them. ");
        Add($"* is p &lt; 0.05 by Fisher's randomization test, corrected by Holm.</caption>\n<thead><tr><th scope=\"col\">system</th>");
        foreach (string metric in report.Metrics)
        {
            Add($"<th scope=\"col\">{metric}</th>");
        }

        Add($"<th scope=\"col\">change of {_metric}</th><th scope=\"col\">95 % interval</th><th scope=\"col\">p</th><th ");
        Add($"scope=\"col\">better, worse, equal</th>");
        Add($"<th scope=\"col\">p50 ms</th><th scope=\"col\">p95 ms</th><th scope=\"col\">cost of 1,000</th></tr></thead>\n<tbody>\n");
        Add($"<tr><th scope=\"row\">{report.FirstStage.Name}</th>");
        WriteMeans(report.FirstStage.Means);
        LatencyReport latency = report.FirstStage.Latency;
        Add($"<td>–</td><td>–</td><td>–</td><td>–</td><td>{latency.P50:0.0}</td><td>{latency.P95:0.0}</td><td>–</td></tr>\n");
        foreach (ScorerReport scorer in report.Scorers)
        {
            Add($"<tr><th scope=\"row\">{scorer.Name}</th>");
            WriteMeans(scorer.Means);
            if (scorer.Comparisons.TryGetValue(_metric, out PairedComparison? comparison))
            {
                string star = comparison.IsSignificant ? " *" : "";
                string interval = comparison.Interval is { } range ? $"{Signed(range.Low)} to {Signed(range.High)}" : "–";
                Add($"<td class=\"{(comparison.Difference < 0 ? "down" : "up")}\">{Signed(comparison.Difference)}{star}</td><td>{interval}</td>");
                Add($"<td>{comparison.CorrectedPValue:0.0000}</td><td>{comparison.BetterCount}, {comparison.WorseCount}, {comparison.EqualCount}</td>");
            }
            else
            {
                Add($"<td>–</td><td>–</td><td>–</td><td>–</td>");
            }

            string cost = scorer.CostOfThousandQueries is { } price ? price.ToString("0.00", CultureInfo.InvariantCulture) : "–";
            Add($"<td>{scorer.Latency.P50:0}</td><td>{scorer.Latency.P95:0}</td><td>{cost}</td></tr>\n");
        }

        Add($"</tbody></table></div>\n");
        foreach (ScorerReport scorer in report.Scorers.Where(static scorer => scorer.FailedQueryCount > 0))
        {
            Add($"<p class=\"warn\">{scorer.Name} failed {scorer.FailedQueryCount} queries, which its numbers leave out. The first: ");
            Add($"{scorer.FirstFailure}</p>\n");
        }
    }

    private void WriteMeans(IReadOnlyDictionary<string, double> means)
    {
        foreach (string metric in report.Metrics)
        {
            Add($"<td>{means.GetValueOrDefault(metric):0.000}</td>");
        }
    }

    private void WriteSection(string title, string plot, string caption)
    {
        Add($"<h2>{title}</h2>\n");
        WritePlot(title, plot, $"<figcaption>{WebUtility.HtmlEncode(caption)}</figcaption>");
    }

    // On a narrow screen a plot keeps its size, so that its labels can be read, and is scrolled.
    private void WritePlot(string name, string plot, string caption = "") => Add(
        $"<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{name}\">{Raw(plot)}</div>{Raw(caption)}</figure>\n");

    private void WriteScorer(ScorerReport scorer)
    {
        Add($"<h2>{scorer.Name}</h2>\n");
        Add($"<p class=\"note\">Model {scorer.ModelId ?? "unknown"}, revision {scorer.Revision ?? "unknown"}. {scorer.PairCount} pairs scored, ");
        Add($"{scorer.TruncatedShare:P1} of them truncated, {scorer.UnscoredShare:P1} not scored.</p>\n");
        if (scorer.SplitHalf is { } halves)
        {
            Add($"<p>On two random halves of the queries {_metric} changes by {Signed(halves.FirstHalf)} and {Signed(halves.SecondHalf)}; both ");
            Add($"halves gain in ");
            Add($"{halves.ShareOfSplits:P0} of 1,000 splits{(halves.Holds ? ": the gain holds." : ", so do not rely on it.")}</p>\n");
        }

        Add($"<h3>Query by query</h3>\n");
        WritePlot($"Query by query, {scorer.Name}", ReportPlots.Changes(report, scorer));
        Add($"<h3>Scores and threshold</h3>\n");
        WritePlot($"Scores and threshold, {scorer.Name}", ReportPlots.Distributions(scorer));
        WriteCalibration(scorer.Calibration, scorer.Name);
        QueryReport[] shown =
        [
            .. report.Queries.Where(query => query.Passages.ContainsKey(scorer.Name)).OrderBy(query => Change(query, scorer)),
        ];
        WriteQueries("Worst queries", [.. shown.Where(query => Change(query, scorer) < 0).Take(10)], scorer);
        WriteQueries("Best queries", [.. shown.OrderByDescending(query => Change(query, scorer)).Where(query => Change(query, scorer) > 0).Take(10)], scorer);
    }

    private double Change(QueryReport query, ScorerReport scorer) =>
        query.Scorers[scorer.Name].GetValueOrDefault(_metric) - query.FirstStage.GetValueOrDefault(_metric);

    private void WriteCalibration(ThresholdCalibration calibration, string name)
    {
        string heldOut = calibration.HeldOutPrecision is { } precision
            ? string.Create(CultureInfo.InvariantCulture, $" On queries that it was not chosen on, the precision is {precision:0.00}.")
            : "";
        if (calibration.MinScore is not { } minScore)
        {
            Add($"<p>No clean separation: no <code>MinScore</code> keeps relevant documents with a precision of ");
            Add($"{calibration.WantedPrecision:0.00}.{heldOut}</p>\n");
            return;
        }

        Add($"<p>A <code>MinScore</code> of {minScore.ToString("R", CultureInfo.InvariantCulture)} keeps {calibration.Recall:P0} of the relevant candidates ");
        Add($"with a precision of {calibration.Precision:0.00}.{heldOut}</p>\n");
        IEnumerable<string> settings = calibration.ToSettings().Select(static setting =>
            setting.Key == "MinScore" ? $"\"MinScore\": {setting.Value}" : $"\"{setting.Key}\": \"{JsonEncodedText.Encode(setting.Value)}\"");
        Add($"<pre>\"Reranking\": {{ \"Scorers\": {{ \"{JsonEncodedText.Encode(name)}\": {{ {string.Join(", ", settings)} }} }} }}</pre>\n");
    }

    private void WriteQueries(string title, QueryReport[] queries, ScorerReport scorer)
    {
        if (queries.Length == 0)
        {
            return;
        }

        Add($"<h3>{title}</h3>\n");
        foreach (QueryReport query in queries)
        {
            double change = Change(query, scorer);
            Add($"<details><summary><span class=\"{(change < 0 ? "down" : "up")}\">{Signed(change)}</span> {query.Text ?? query.Id}</summary>\n");
            Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Passages of query {query.Id}, {title}, {scorer.Name}\"><table>");
            Add($"<thead><tr><th scope=\"col\">document</th><th scope=\"col\">before</th><th scope=\"col\">after</th><th scope=\"col\">grade</th>");
            Add($"<th scope=\"col\">score</th><th scope=\"col\">text</th></tr></thead><tbody>\n");
            foreach (PassageReport passage in query.Passages[scorer.Name])
            {
                string grade = passage.Grade?.ToString(CultureInfo.InvariantCulture) ?? "–";
                string score = passage.Score?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";
                Add($"<tr><td>{passage.Id}</td><td>{passage.Before}</td><td>{passage.After}</td><td>{grade}</td><td>{score}</td>");
                Add($"<td class=\"text\">{passage.Text ?? "–"}</td></tr>\n");
            }

            Add($"</tbody></table></div></details>\n");
        }
    }

    private void WriteMachine()
    {
        MachineReport machine = report.Machine;
        Add($"<h2>Where and how</h2>\n<p class=\"note\">{machine.Processor}, {machine.ProcessorCount} processors, {machine.System}, {machine.Framework}. ");
        Add($"Intervals are bootstraps of 10,000 samples; documents of grade {report.RelevantFrom} or more are relevant; unjudged ");
        Add($"documents count as not relevant.</p>\n");
    }

    // Whatever is not markup of this file is somebody's text.
    private void Add(FormattableString markup) => _html.Append(markup.ToString(EncodingProvider.Instance));

    private readonly record struct RawMarkup(string Markup);

    private sealed class EncodingProvider : IFormatProvider, ICustomFormatter
    {
        public static EncodingProvider Instance { get; } = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            RawMarkup raw => raw.Markup,
            IFormattable value => WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)),
            _ => WebUtility.HtmlEncode(arg?.ToString() ?? ""),
        };
    }
}

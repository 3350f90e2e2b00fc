using System.CommandLine;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank eval</c>: is it worth it?</summary>
internal sealed class EvalCommand
{
    private readonly EvaluationArguments _arguments = new();
    private readonly Option<string[]> _metrics = CommonOptions.OfMetrics(new Option<string[]>("--metric")
    {
        Description = "What to measure: nDCG@10, RR@10, R@100, AP, hit@1; the first one decides.",
        AllowMultipleArgumentsPerToken = true,
    });

    private readonly Option<string?> _html = new("--html") { Description = "Write the report as one page that loads nothing from anywhere." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the report as JSON to a file, such as the next --baseline." };
    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "A report of --output: exit code 3 if a scorer has dropped by more than chance allows.",
    };

    private readonly Option<bool> _requireGain = new("--require-gain") { Description = "Exit code 3 unless the best scorer gains more than chance allows." };
    private readonly Option<bool> _noTexts = new("--no-texts") { Description = "Leave texts of queries and passages out of the reports." };
    private readonly Terminal _terminal;

    private EvalCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new EvalCommand(terminal);
        var command = new Command("eval", CommandRunner.Describe(
            "Measures whether reranking is worth it on your data: quality with intervals and tests, latency, cost, how many candidates, MinScore.",
            "rerank eval set.jsonl --html report.html",
            "rerank eval beir/scifact --config appsettings.json --scorer local --scorer cohere --price cohere=2.00/search",
            "rerank eval set.jsonl --run vector.run --candidates 10,30,100 --metric nDCG@5 RR@10",
            "rerank eval set.jsonl --baseline accepted.json   (for CI: exit code 3 if it got worse)"));
        self._arguments.AddTo(command);
        foreach (Option option in new Option[] { self._metrics, self._html, self._output, self._baseline, self._requireGain, self._noTexts })
        {
            command.Options.Add(option);
        }

        command.Subcommands.Add(MakeCommand.Create(terminal));
        command.Subcommands.Add(LabelCommand.Create(terminal));
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CommonOptions.RequireFolder(parsed.GetValue(_html), "--html");
        CommonOptions.RequireFolder(parsed.GetValue(_output), "--output");
        EvaluationReport? baseline = parsed.GetValue(_baseline) is { } path ? ReadBaseline(path) : null;
        EvaluationReport report = await _arguments.RunAsync(
            parsed,
            _terminal,
            options =>
            {
                options.IncludeTexts = !parsed.GetValue(_noTexts);
                if (parsed.GetValue(_metrics) is { Length: > 0 } metrics)
                {
                    options.Metrics = [.. metrics.Select(RankingMetric.Parse)];
                }
            },
            onlyOne: false,
            cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(_arguments.Common.Json))
        {
            _terminal.WriteLine(report.ToJson());
        }
        else
        {
            new ReportView(_terminal).Write(report);
        }

        if (parsed.GetValue(_output) is { } output)
        {
            WriteWhole(output, report.ToJson() + "\n");
        }

        if (parsed.GetValue(_html) is { } html)
        {
            WriteWhole(html, report.ToHtml());
            _terminal.Note($"The report is in {Path.GetFullPath(html)}.");
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Canceled
            : AnyFailed(report) ? ExitCode.Failure
            : Passes(report, baseline, parsed.GetValue(_requireGain)) ? ExitCode.Success
            : ExitCode.CheckFailed;
    }

    private static EvaluationReport ReadBaseline(string path)
    {
        try
        {
            return EvaluationReport.FromJson(File.ReadAllText(path));
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"--baseline '{path}': {exception.Message}");
        }
    }

    // One that answers no query was not measured, which must not look like a check that it passed.
    private bool AnyFailed(EvaluationReport report)
    {
        ScorerReport[] failed = [.. report.Scorers.Where(scorer => scorer.FailedQueryCount == report.QueryCount)];
        foreach (ScorerReport scorer in failed)
        {
            _terminal.Note($"rerank: {scorer.Name} failed all {report.QueryCount} queries: {scorer.FirstFailure}");
        }

        return failed.Length > 0;
    }

    private bool Passes(EvaluationReport report, EvaluationReport? baseline, bool requireGain)
    {
        bool passes = true;
        ScorerReport[] known = baseline is null ? [] : [.. report.Scorers.Where(scorer => baseline.Scorers.Any(old => old.Name == scorer.Name))];
        if (baseline is not null && known.Length == 0)
        {
            throw new ToolException(
                $"--baseline has the scorers {Names(baseline)}, and this report {Names(report)}; expected one that both have. Write the baseline anew "
                + "with --output.");
        }

        foreach (ScorerReport scorer in known)
        {
            PairedComparison change = report.CompareWith(baseline!, scorer.Name);
            string range = change.Interval is { } interval
                ? FormattableString.Invariant($" (95 % interval {interval.Low:0.000} to {interval.High:0.000})")
                : "";
            string difference = FormattableString.Invariant($"{change.Difference:+0.000;-0.000;0.000}");
            _terminal.Note($"{scorer.Name}: {report.Metrics[0]} {difference} against the baseline{range}.");
            passes &= !(change.Interval?.High < 0);
        }

        ScorerReport? best = report.Scorers.MaxBy(scorer => scorer.Means[report.Metrics[0]]);
        if (requireGain && !(best?.Comparisons.GetValueOrDefault(report.Metrics[0]) is { IsSignificant: true, Difference: > 0 }))
        {
            _terminal.Note("No scorer gains more than chance allows.");
            passes = false;
        }

        return passes;
    }

    private static string Names(EvaluationReport report) => string.Join(", ", report.Scorers.Select(static scorer => $"'{scorer.Name}'"));

    // A report that is there is whole, also after a kill.
    private static void WriteWhole(string path, string text)
    {
        string temporary = path + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}

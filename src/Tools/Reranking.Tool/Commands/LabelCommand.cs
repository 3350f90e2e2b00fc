using System.CommandLine;
using System.Text.Json;
using Reranking.Tool.Labeling;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank eval label</c>: a person judges passages, only where two systems disagree.</summary>
internal sealed class LabelCommand
{
    private readonly EvaluationArguments _arguments = new();
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The qrels file to write, or to resume if it exists. Without it, SET.labels.qrels beside the set.",
    };

    private readonly Option<string> _metric = CommonOptions.OfMetrics(new Option<string>("--metric")
    {
        Description = "What the systems are compared by: nDCG@10, RR@10, R@100, AP, hit@1.",
        DefaultValueFactory = static _ => RankingMetric.NdcgAt10.Name,
    });

    private readonly Terminal _terminal;

    private LabelCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new LabelCommand(terminal);
        var command = new Command("label", CommandRunner.Describe(
            "Asks you about two passages at a time, only where two scorers (or one and the first stage) disagree, what tells the most first. "
                + "Keys: 1 or 2 the passage that answers better, b both, 0 neither, s skip, q quit. Each answer is saved at once; the same command resumes.",
            "rerank eval label docs-set",
            "rerank eval label docs-set --config appsettings.json --scorer local --scorer cohere -o docs.qrels",
            "rerank eval docs-set --qrels docs-set.labels.qrels"));
        self._arguments.AddTo(command, measures: false);
        command.Options.Add(self._output);
        command.Options.Add(self._metric);
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CommonOptions.RequireFolder(parsed.GetValue(_output), "--output");
        RankingMetric metric = RankingMetric.Parse(parsed.GetValue(_metric)!);
        var file = new LabelFile(parsed.GetValue(_output) ?? LabelFile.DefaultFor(parsed.GetValue(_arguments.Set)!));
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? before = file.Read();
        RankedSet ranked = await _arguments.RankAsync(
            parsed,
            _terminal,
            static (set, scorers) =>
            {
                LabelFile.Check(set);
                if (scorers.Length > 2)
                {
                    throw new ToolException(
                        $"There are {scorers.Length} scorers; labels compare two. Name them with --scorer, or one, to compare it with the first stage.",
                        ExitCode.Usage);
                }
            },
            cancellationToken).ConfigureAwait(false);
        (string First, string Second) names = ranked.Scorers is [var one, var other] ? (one, other) : (ranked.FirstStage, ranked.Scorers[0]);
        var plan = new LabelingPlan(
            ranked.Rankings,
            ranked.Scorers.Length == 2 ? names.First : null,
            names.Second,
            before ?? KnownOf(ranked.Set),
            metric,
            parsed.GetValue(_arguments.RelevantFrom));
        var view = new LabelingView(_terminal.Notes, names);
        var session = new LabelingSession(plan, Keys(), view, file.Save);
        LabelingProgress progress;
        try
        {
            progress = await session.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _terminal.Note($"{session.AnsweredCount} answers are in {file.Path}.");
            throw;
        }

        if (parsed.GetValue(_arguments.Common.Json))
        {
            _terminal.WriteLine(ToolJson.Write(json => Write(json, file.Path, names, session.AnsweredCount, progress)));
        }
        else
        {
            _terminal.WriteText(LabelingView.Describe(progress, names));
            _terminal.WriteText(session.AnsweredCount == 0 && before is null
                ? "Nothing was judged, so nothing was written."
                : $"rerank eval {parsed.GetValue(_arguments.Set)} --qrels {file.Path}");
        }

        return ExitCode.Success;
    }

    // What was made of the corpus itself would be held against the judgment of a person.
    private static Dictionary<string, IReadOnlyDictionary<string, int>> KnownOf(EvaluationSet set) =>
        set.IsWeaklyLabeled ? []
            : set.Queries.ToDictionary(static query => query.Id, static query => query.Grades);

    private IKeySource Keys() =>
        Terminal.IsInputRedirected ? new ReaderKeySource(new StreamReader(Terminal.OpenInput()))
            : _terminal.IsInteractive ? new ConsoleKeySource(_terminal.Notes)
            : throw new ToolException("Standard error is redirected, so nobody would see the questions; expected a terminal, or the keys on standard input.");

    private static void Write(Utf8JsonWriter json, string path, (string First, string Second) names, int answered, LabelingProgress progress)
    {
        json.WriteString("labels", path);
        json.WriteString("first", names.First);
        json.WriteString("second", names.Second);
        json.WriteString("metric", progress.Metric);
        json.WriteNumber("answered", answered);
        json.WriteNumber("judgedPassages", progress.JudgedDocuments);
        json.WriteNumber("labeledQueries", progress.LabeledQueries);
        json.WriteNumber("queries", progress.QueryCount);
        ToolJson.WriteNumber(json, "difference", progress.Comparison?.Difference);
        ToolJson.WriteNumber(json, "low", progress.Comparison?.Interval?.Low);
        ToolJson.WriteNumber(json, "high", progress.Comparison?.Interval?.High);
        ToolJson.WriteNumber(json, "halfWidth", progress.Comparison?.Interval?.HalfWidth);
        ToolJson.WriteNumber(json, "expectedHalfWidth", progress.ExpectedHalfWidth);
    }
}

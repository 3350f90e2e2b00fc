using System.CommandLine;
using System.Globalization;
using Reranking.Onnx.EarlyExit;
using Reranking.Tool.Output;
using Reranking.Tool.Reading;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank models early-exit</c>: makes a local model about twice as fast, on texts of one's own.</summary>
internal sealed class EarlyExitCommand
{
    private readonly Argument<string> _model = new("model")
    {
        Description = "A folder, an .onnx file, or a name that was fetched. Files are written beside the model.",
    };

    private readonly Option<string> _texts = new("--texts", "-t")
    {
        Description = "Passages of the kind that will be searched: a folder of Markdown and text files, JSON lines, or a file with a passage a line.",
        Required = true,
    };

    private readonly Option<string?> _queries = new("--queries", "-q")
    {
        Description = "Queries of the kind that will be asked, one a line. Without them, they are cut from the passages.",
    };

    private readonly Option<string?> _layers = new("--layers") { Description = "After which layers documents may leave, such as 2,5." };

    private readonly Option<double> _maxLoss = new("--max-loss")
    {
        Description = "Which share of the best documents may be lost.",
        DefaultValueFactory = static _ => 0.02,
    };

    private readonly Option<int> _topN = CommonOptions.FromOne(new Option<int>("--top-n")
    {
        Description = "How many of 100 documents will be wanted: the plan is chosen for that many.",
        DefaultValueFactory = static _ => 10,
    });

    private readonly Option<int> _maxPairs = CommonOptions.FromOne(new Option<int>("--max-pairs")
    {
        Description = "How many pairs are scored at most, before the choice of the plan.",
        DefaultValueFactory = static _ => 4_000,
    });

    private readonly Option<bool> _json = new CommonOptions().Json;
    private readonly Terminal _terminal;

    private EarlyExitCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new EarlyExitCommand(terminal);
        var command = new Command("early-exit", CommandRunner.Describe(
            "Fits probes to a model's own scores, so that hopeless documents leave it early and \"EarlyExit\": \"On\" halves its time. "
            + "No labels are needed; minutes on a processor. Ctrl+C stops, and the same command resumes.",
            "rerank models early-exit ./bge-reranker-base --texts docs/",
            "rerank models early-exit ./bge-reranker-base --texts passages.jsonl --queries asked.txt --max-loss 0.05"))
        {
            self._model, self._texts, self._queries, self._layers, self._maxLoss, self._topN, self._maxPairs, self._json,
        };
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string path = PathOf(parsed.GetValue(_model)!);
        var options = new EarlyExitBuilderOptions
        {
            ModelPath = path,
            CheckpointFile = Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path)!, "early-exit.checkpoint"),
            ExitLayers = parsed.GetValue(_layers) is { } layers ? Layers(layers) : null,
            MaxLoss = parsed.GetValue(_maxLoss),
            TopN = parsed.GetValue(_topN),
            MaxPairs = parsed.GetValue(_maxPairs),
        };
        string[] passages = [.. DocumentReader.Read(parsed.GetValue(_texts)!).Select(static document => document.Text)];
        string[]? queries = parsed.GetValue(_queries) is { } file ? [.. DocumentReader.Read(file).Select(static document => document.Text)] : null;
        using var progress = new PhaseProgress(_terminal);
        EarlyExitReport report = await EarlyExitBuilder.BuildAsync(options, passages, queries, progress, cancellationToken).ConfigureAwait(false);
        progress.Dispose();
        if (parsed.GetValue(_json))
        {
            _terminal.WriteLine(ToolJson.Write(json =>
            {
                json.WriteString("file", report.File);
                json.WriteString("plan", report.Plan);
                json.WriteNumber("layers", report.LayerCount);
                json.WriteNumber("agreement", report.Agreement);
                json.WriteNumber("time", report.Time);
                json.WriteNumber("pairs", report.TrainingPairs);
                json.WriteNumber("heldOutQueries", report.HeldOutQueries);
                json.WriteStartArray("byTopN");
                foreach (EarlyExitOutcome outcome in report.ByTopN)
                {
                    json.WriteStartObject();
                    json.WriteNumber("topN", outcome.TopN);
                    json.WriteNumber("agreement", outcome.Agreement);
                    json.WriteNumber("time", outcome.Time);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }));
        }
        else
        {
            _terminal.WriteText(report.File);
            _terminal.WriteText(string.Create(
                CultureInfo.InvariantCulture,
                $"plan {report.Plan} of {report.LayerCount} layers: {report.Agreement:P1} of the {options.TopN} best stay in {report.Time:P0} of the time, ")
                + string.Create(CultureInfo.InvariantCulture, $"over {report.HeldOutQueries} queries that nothing was fitted to"));
            foreach (EarlyExitOutcome outcome in report.ByTopN.Where(outcome => outcome.TopN != options.TopN))
            {
                _terminal.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {outcome.TopN} wanted: {outcome.Agreement:P1} of them stay in {outcome.Time:P0} of the time"));
            }

            _terminal.WriteLine("settings:\n  \"EarlyExit\": \"On\"");
        }

        return ExitCode.Success;
    }

    private static string PathOf(string model)
    {
        ModelReference reference = ModelReference.Parse(model);
        if (reference.Path is { } path)
        {
            return path;
        }

        using var store = new Onnx.ModelStore();
        return reference.Name is { } name
            ? store.Find(name) ?? throw new ToolException($"Model '{name}' is not here; 'rerank models pull {name}' fetches it.")
            : throw new ToolException("The model inside has its early exit already: \"EarlyExit\": \"On\" switches it on.", ExitCode.Usage);
    }

    private static int[] Layers(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        return Array.TrueForAll(parts, static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer > 0)
            ? [.. parts.Select(static part => int.Parse(part, CultureInfo.InvariantCulture))]
            : throw new ToolException($"--layers is '{text}'; expected numbers from 1, such as 2,5.", ExitCode.Usage);
    }

    /// <summary>A line for each phase.</summary>
    private sealed class PhaseProgress(Terminal terminal) : IProgress<EarlyExitProgress>, IDisposable
    {
        private EarlyExitPhase? _phase;
        private ProgressLine? _line;

        public void Report(EarlyExitProgress value)
        {
            if (value.Phase != _phase)
            {
                _line?.Dispose();
                _phase = value.Phase;
                _line = new ProgressLine(terminal, value.Phase == EarlyExitPhase.Cutting ? "models" : "queries", value.Total) { AlreadyDone = value.Done };
            }

            _line!.Report(value.Done);
        }

        public void Dispose() => _line?.Dispose();
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank calibrate</c>: which <c>MinScore</c> keeps what is relevant.</summary>
internal sealed class CalibrateCommand
{
    private readonly EvaluationArguments _arguments = new();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the calibration as JSON to a file." };
    private readonly Terminal _terminal;

    private CalibrateCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new CalibrateCommand(terminal);
        var command = new Command("calibrate", CommandRunner.Describe(
            "Finds the lowest MinScore with a wanted precision, for one scorer, or says that there is no clean separation.",
            "rerank calibrate set.jsonl --precision 0.8",
            "rerank calibrate set.jsonl --config appsettings.json --scorer cohere -o calibration.json"));
        self._arguments.AddTo(command);
        command.Options.Add(self._output);
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CommonOptions.RequireFolder(parsed.GetValue(_output), "--output");
        EvaluationReport report = await _arguments
            .RunAsync(parsed, _terminal, static options => options.IncludeTexts = false, onlyOne: true, cancellationToken).ConfigureAwait(false);
        ScorerReport scorer = report.Scorers[0];
        if (scorer.FailedQueryCount == report.QueryCount)
        {
            throw new ToolException($"{scorer.Name} failed all {report.QueryCount} queries: {scorer.FirstFailure}");
        }

        ThresholdCalibration calibration = scorer.Calibration;
        if (parsed.GetValue(_output) is { } path)
        {
            calibration.Save(path);
        }

        if (parsed.GetValue(_arguments.Common.Json))
        {
            _terminal.WriteLine(ToolJson.Write(json => Write(json, calibration)));
        }
        else
        {
            Describe(calibration).ForEach(_terminal.WriteText);
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Canceled
            : calibration.MinScore is null ? ExitCode.CheckFailed
            : ExitCode.Success;
    }

    private static List<string> Describe(ThresholdCalibration calibration)
    {
        string heldOut = calibration.HeldOutPrecision is { } precision
            ? Invariant($"On queries that it was not chosen on, the precision is {precision:0.00}.")
            : "There are too few queries to check it on others.";
        string model = calibration.ModelId ?? "an unknown model";
        string counts = Invariant($"{calibration.RelevantCount} relevant and {calibration.OtherCount} other documents, scored by {model}.");
        return calibration.MinScore is { } minScore
            ?
            [
                counts,
                Invariant($"MinScore {minScore} keeps {calibration.Recall:P0} of the relevant documents with a precision of {calibration.Precision:0.00}. ")
                    + heldOut,
                "settings:",
                "  " + ReportView.Settings(calibration),
            ]
            : [counts, Invariant($"No clean separation: no MinScore has a precision of {calibration.WantedPrecision:0.00}. {heldOut}")];
    }

    private static void Write(Utf8JsonWriter json, ThresholdCalibration calibration)
    {
        json.WriteString("scorer", calibration.ScorerName);
        json.WriteString("model", calibration.ModelId);
        json.WriteString("revision", calibration.Revision);
        json.WriteNumber("wantedPrecision", calibration.WantedPrecision);
        ToolJson.WriteNumber(json, "minScore", calibration.MinScore);
        ToolJson.WriteNumber(json, "precision", calibration.Precision);
        ToolJson.WriteNumber(json, "recall", calibration.Recall);
        ToolJson.WriteNumber(json, "heldOutPrecision", calibration.HeldOutPrecision);
        json.WriteStartArray("points");
        foreach (CalibrationPoint point in calibration.Points)
        {
            json.WriteStartObject();
            json.WriteNumber("threshold", point.Threshold);
            json.WriteNumber("precision", point.Precision);
            json.WriteNumber("recall", point.Recall);
            json.WriteNumber("kept", point.KeptCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

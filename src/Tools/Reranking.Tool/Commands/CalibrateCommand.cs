using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank calibrate</c>: which <c>MinScore</c> keeps what is relevant, and what makes probabilities of scores.</summary>
internal sealed class CalibrateCommand
{
    private readonly EvaluationArguments _arguments = new();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the calibration as JSON to a file." };
    private readonly Option<string?> _probabilities = new("--probabilities")
    {
        Description = "Instead, fit what turns raw scores into probabilities, and write it to a file for CalibrationFile.",
    };

    private readonly Option<ScoreCalibrationKind> _curve = new("--curve")
    {
        Description = "The shape of --probabilities: Platt has two numbers to fit, Isotonic needs a few thousand pairs.",
        DefaultValueFactory = static _ => ScoreCalibrationKind.Platt,
    };

    private readonly Terminal _terminal;

    private CalibrateCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new CalibrateCommand(terminal);
        var command = new Command("calibrate", CommandRunner.Describe(
            "Finds the lowest MinScore with a wanted precision, for one scorer, or says that there is no clean separation.",
            "rerank calibrate set.jsonl --precision 0.8",
            "rerank calibrate set.jsonl --config appsettings.json --scorer cohere -o threshold.json",
            "rerank calibrate set.jsonl --candidates 20 --probabilities calibration.json"));
        self._arguments.AddTo(command);
        command.Options.Add(self._output);
        command.Options.Add(self._probabilities);
        command.Options.Add(self._curve);
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CommonOptions.RequireFolder(parsed.GetValue(_output), "--output");
        CommonOptions.RequireFolder(parsed.GetValue(_probabilities), "--probabilities");
        if (parsed.GetValue(_probabilities) is { } file)
        {
            return await FitAsync(parsed, file, cancellationToken).ConfigureAwait(false);
        }

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

    private async Task<int> FitAsync(ParseResult parsed, string file, CancellationToken cancellationToken)
    {
        ObservedSet observed = await _arguments.ObserveAsync(parsed, _terminal, cancellationToken).ConfigureAwait(false);
        CalibrationFit fit;
        try
        {
            fit = CalibrationFit.Create(observed.Observations, parsed.GetValue(_curve));
        }
        catch (ArgumentException exception)
        {
            // What it says of the set, without the name of a parameter.
            throw new ToolException(
                $"Set '{observed.Set.Name}' has no calibration: {exception.Message.Split(" (Parameter", 2)[0]} "
                + "Add judged queries, or take --candidates higher.");
        }

        string model = observed.Revision is { } revision ? $"{observed.Model} ({revision})" : observed.Model;
        ScoreCalibration calibration = fit.Calibration with
        {
            Source = Invariant($"{observed.Set.Name}: {fit.QueryCount} queries over {observed.FirstStage}, {fit.RelevantCount} relevant and ")
                + Invariant($"{fit.OtherCount} other documents, scored by {model}"),
        };
        await File.WriteAllTextAsync(file, calibration.ToJson() + Environment.NewLine, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(_arguments.Common.Json))
        {
            _terminal.WriteLine(ToolJson.Write(json =>
            {
                json.WriteString("file", file);
                json.WriteString("model", observed.Model);
                json.WriteString("revision", observed.Revision);
                json.WriteNumber("queries", fit.QueryCount);
                json.WriteNumber("relevant", fit.RelevantCount);
                json.WriteNumber("others", fit.OtherCount);
                Write(json, "before", fit.Before);
                Write(json, "heldOut", fit.HeldOut);
            }));
            return ExitCode.Success;
        }

        _terminal.WriteLine(Invariant($"{fit.RelevantCount} relevant and {fit.OtherCount} other documents of {fit.QueryCount} queries, scored by {model}."));
        _terminal.WriteLine(Describe("before", fit.Before));
        _terminal.WriteLine(fit.HeldOut is { } heldOut
            ? Describe("on queries that it was not fitted to", heldOut)
            : "There are too few queries to check it on others.");
        _terminal.WriteLine($"settings:\n  \"CalibrationFile\": \"{JsonEncodedText.Encode(file)}\"");
        return ExitCode.Success;
    }

    private static string Describe(string when, CalibrationReliability reliability) =>
        Invariant($"{when}: calibration error {reliability.ExpectedCalibrationError:0.000}, Brier score {reliability.BrierScore:0.000}, ")
        + Invariant($"log loss {reliability.LogLoss:0.000}");

    private static void Write(Utf8JsonWriter json, string name, CalibrationReliability? reliability)
    {
        if (reliability is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("calibrationError", reliability.ExpectedCalibrationError);
        json.WriteNumber("brierScore", reliability.BrierScore);
        json.WriteNumber("logLoss", reliability.LogLoss);
        json.WriteEndObject();
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

using System.Globalization;
using Reranking;
using Reranking.EarlyExit.Tool;
using Reranking.Onnx.EarlyExit;

if (!Arguments.TryParse(args, out Arguments? arguments, out string? problem))
{
    await Console.Error.WriteLineAsync($"{problem}\n\n{Arguments.Usage}");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;   // what is done is kept, and the next start goes on there
    stop.Cancel();
};
try
{
    if (arguments.Probes is { } probes)
    {
        await Console.Out.WriteLineAsync(GivenProbes.Write(arguments.Options, probes, arguments.Plan));
        return 0;
    }

    IReadOnlyList<string> passages = TextFiles.ReadPassages(arguments.Texts!);
    IReadOnlyList<string>? queries = arguments.Queries is { } file ? TextFiles.ReadLines(file) : null;
    EarlyExitReport report = await EarlyExitBuilder.BuildAsync(arguments.Options, passages, queries, new ConsoleProgress(), stop.Token);
    await Console.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"\n{report.File}: plan {report.Plan} of {report.LayerCount} layers, {report.Agreement:P1} of the best ten kept in {report.Time:P0} of the time, on "
        + $"{report.HeldOutQueries} queries held out; fitted to {report.TrainingPairs} pairs, correlations {string.Join(", ", report.Correlations.Select(
            static correlation => correlation.ToString("0.00", CultureInfo.InvariantCulture)))}."));
    return 0;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("\nStopped. The same command goes on from here.");
    return 130;
}
catch (Exception exception) when (exception is RelevanceScoringException or ArgumentException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"\n{exception.Message}");
    return 1;
}

/// <summary>Shows how far a build is, in one line that is written over.</summary>
internal sealed class ConsoleProgress : IProgress<EarlyExitProgress>
{
    public void Report(EarlyExitProgress value) => Console.Error.Write(string.Create(
        CultureInfo.InvariantCulture, $"\r{value.Phase}: {value.Done} of {value.Total} queries, {value.Elapsed:mm\\:ss}   "));
}

using System.Diagnostics;
using System.Globalization;
using Reranking.Evaluation.Reports;
using Reranking.Onnx;
using Reranking.Onnx.Scoring;

namespace Reranking.Benchmarks;

/// <summary>
/// What a caller waits, and what memory it takes, by the number of callers and of candidates: the engine, the engine with early exit, batches as fastembed
/// makes them, and the peer in JavaScript; all of them in turns on the same passages.
/// </summary>
internal static class LoadReport
{
    private static readonly int[] CallerCounts = [1, 4, 16];
    private static readonly int[] CandidateCounts = [10, 50, 100, 1_000];

    /// <param name="output">Where the table goes.</param>
    /// <param name="withNode">Whether the peer in JavaScript takes part, with one caller, since its process answers one after the other.</param>
    /// <param name="chart">The file that the chart goes to, or <see langword="null"/> for none.</param>
    /// <param name="maxCandidates">The largest number of candidates; 1,000 take most of the time.</param>
    public static async Task WriteAsync(TextWriter output, bool withNode, string? chart, int maxCandidates)
    {
        int[] counts = [.. CandidateCounts.Where(count => count <= maxCandidates)];
        (string query, string[] documents, string source) = BenchmarkData.Passages(counts[^1]);
        using var full = new OnnxRelevanceScorer();
        using var early = new OnnxRelevanceScorer(new OnnxScorerOptions { EarlyExit = "On" });
        using CrossEncoder encoder = await BenchmarkData.LoadAsync();
        using var batches = new UnsortedBatches(encoder);
        LoadedSystem[] systems =
        [
            new("this engine", texts => full.ScoreAsync(query, texts)),
            new("this engine, early exit, 10 wanted", texts => early.ScoreAsync(query, texts, new RelevanceScoringOptions { TopN = 10 })),

            // On threads of their own: on those of the pool, callers would not begin to wait before others had ended.
            new("batches of 64, as fastembed's", texts => Task.Factory.StartNew(
                () => batches.Run(query, texts), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        foreach (LoadedSystem system in systems)
        {
            await system.ScoreAsync(documents[..10]);
        }

        await output.WriteLineAsync(Invariant(
            $"{source}; p50 and p99 of what a caller waits, in milliseconds, and the peak of the working set of the process, which holds all of them; ")
            + Invariant($"{Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| | candidates | callers | requests | p50, ms | p99, ms | peak, MB |\n|---|---|---|---|---|---|---|");
        List<LoadCell> cells = [];
        foreach (int count in counts)
        {
            foreach (int callers in CallerCounts)
            {
                int calls = Math.Clamp(600 / (count * callers), 1, 20);
                foreach (LoadedSystem system in systems)
                {
                    cells.Add(await MeasureAsync(system, documents[..count], callers, calls));
                    await WriteAsync(output, cells[^1]);
                }
            }

            if (withNode)
            {
                using NodePeer node = await NodePeer.StartAsync(BenchmarkData.ModelFolder, query, documents[..count]);
                node.Run();
                double[] times = [.. Enumerable.Range(0, Math.Clamp(1_000 / count, 2, 11)).Select(_ => node.Run().TotalMilliseconds).Order()];
                cells.Add(new LoadCell("`@huggingface/transformers` 4.3.1, one padded batch", count, 1, times, PeakMegabytes: null));
                await WriteAsync(output, cells[^1]);
            }
        }

        if (chart is not null)
        {
            await File.WriteAllTextAsync(chart, Draw(cells, counts));
        }
    }

    private static async Task<LoadCell> MeasureAsync(LoadedSystem system, string[] documents, int callers, int calls)
    {
        GC.Collect();
        await MemoryReport.ResetPeakAsync();
        double[][] times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            double[] mine = new double[calls];
            for (int call = 0; call < calls; call++)
            {
                long start = Stopwatch.GetTimestamp();
                await system.ScoreAsync(documents);
                mine[call] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            return mine;
        })));
        return new LoadCell(system.Name, documents.Length, callers, [.. times.SelectMany(static mine => mine).Order()], MemoryReport.PeakMegabytes());
    }

    private static Task WriteAsync(TextWriter output, LoadCell cell) => output.WriteLineAsync(
        Invariant($"| {cell.System} | {cell.Candidates:N0} | {cell.Callers} | {cell.Times.Length} | {cell.P50:0} | {cell.P99:0} | ")
        + (cell.PeakMegabytes is { } peak ? Invariant($"{peak:0} |") : "- |"));

    // Both axes are logarithmic: a hundred times the candidates are a hundred times the time.
    private static string Draw(List<LoadCell> cells, int[] counts)
    {
        double[] logs = [.. cells.Select(static cell => Math.Log10(cell.P50))];
        var plot = new SvgPlot(
            "Milliseconds that a caller waits in the median, by candidates, with 1 and with 16 callers",
            (Math.Log10(counts[0]), Math.Log10(counts[^1])),
            SvgPlot.Range(logs),
            height: 420,
            ReportPlots.StandaloneStyle,
            right: 330);
        plot.YAxis("p50, milliseconds", ticks: Enumerable.Range(0, 7)
            .Select(static power => ((double)power, Math.Pow(10, power).ToString("N0", CultureInfo.InvariantCulture)))
            .Where(tick => tick.Item1 >= logs.Min() && tick.Item1 <= logs.Max()));
        plot.XAxis("candidates", ticks: counts.Select(static count => (Math.Log10(count), count.ToString("N0", CultureInfo.InvariantCulture))));
        List<(double X, double Y, string Text)> labels = [];
        string[] systems = [.. cells.Select(static cell => cell.System).Distinct()];
        for (int i = 0; i < systems.Length; i++)
        {
            foreach (int callers in CallerCounts.Where(static callers => callers != 4))
            {
                LoadCell[] line = [.. cells.Where(cell => cell.System == systems[i] && cell.Callers == callers)];
                if (line.Length == 0)
                {
                    continue;
                }

                plot.Line($"stroke c{i}", line.Select(static cell => (Math.Log10(cell.Candidates), Math.Log10(cell.P50))));
                foreach (LoadCell cell in line)
                {
                    string title = Invariant($"{cell.System}, {callers} callers: {cell.P50:0} ms");
                    plot.Point($"fill c{i}", Math.Log10(cell.Candidates), Math.Log10(cell.P50), title);
                }

                string name = systems[i].Replace("`", "", StringComparison.Ordinal);
                labels.Add((Math.Log10(line[^1].Candidates), Math.Log10(line[^1].P50), callers == 1 ? name : Invariant($"{name}, {callers} callers")));
            }
        }

        plot.Labels(labels);
        return plot.Close() + "\n";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record LoadedSystem(string Name, Func<string[], Task> ScoreAsync);

    private sealed record LoadCell(string System, int Candidates, int Callers, double[] Times, double? PeakMegabytes)
    {
        public double P50 => Percentile.Of(Times, 0.5);

        public double P99 => Percentile.Of(Times, 0.99);
    }
}

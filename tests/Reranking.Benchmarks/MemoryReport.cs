using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>What 100 documents of 512 tokens cost in memory, by the counters of the Linux kernel.</summary>
internal static class MemoryReport
{
    public static async Task<string> MeasureAsync(OnnxRelevanceScorer scorer, string query)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "Peak memory: measured on Linux only.";
        }

        string[] documents = BenchmarkData.LongDocuments(100);
        double before = ResidentMegabytes("VmRSS");
        await ResetPeakAsync();
        await scorer.ScoreAsync(query, documents);
        double peak = ResidentMegabytes("VmHWM");
        double after = ResidentMegabytes("VmRSS");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"100 documents of 512 tokens: working set {before:0} MB before, {peak:0} MB at the peak (+{peak - before:0}), {after:0} MB after.");
    }

    /// <summary>Lets the peak begin at what the process takes now, on Linux.</summary>
    public static Task ResetPeakAsync() => OperatingSystem.IsLinux() ? File.WriteAllTextAsync("/proc/self/clear_refs", "5") : Task.CompletedTask;

    /// <summary>Returns the peak since then, or <see langword="null"/> elsewhere.</summary>
    public static double? PeakMegabytes() => OperatingSystem.IsLinux() ? ResidentMegabytes("VmHWM") : null;

    private static double ResidentMegabytes(string counter)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(counter, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}

using System.Diagnostics;
using Reranking.Onnx.Models;

namespace Reranking.Benchmarks;

/// <summary>Names the machine and the commit beside a number.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string? processor = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        return $"{processor ?? "unknown processor"}, {Environment.ProcessorCount} cores, {CpuFeatures.Int8InstructionSet}, .NET {Environment.Version}";
    }

    public static async Task<string> CommitAsync()
    {
        using Process? git = Process.Start(
            new ProcessStartInfo("git", "rev-parse --short HEAD") { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true });
        string? commit = git is null ? null : await git.StandardOutput.ReadLineAsync();
        return string.IsNullOrEmpty(commit) ? "unknown" : commit;
    }
}

using System.Runtime.InteropServices;

namespace Reranking;

/// <summary>Where an evaluation ran: times belong to a machine.</summary>
/// <param name="Processor">The name of the processor, or its architecture if the system does not say.</param>
/// <param name="ProcessorCount">How many processors the process may use.</param>
/// <param name="System">The operating system.</param>
/// <param name="Framework">The version of .NET.</param>
public sealed record MachineReport(string Processor, int ProcessorCount, string System, string Framework)
{
    internal static MachineReport Current => new(
        NameOfProcessor() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    private static string? NameOfProcessor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = OperatingSystem.IsLinux() && File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}

using System.Diagnostics;

namespace Samples.Tests;

/// <summary>Runs a sample as a user does, as a process, from a folder that is not its own.</summary>
internal static class SampleProgram
{
    /// <summary>Gets the folders of the samples, copied beside the tests: their programs and READMEs.</summary>
    public static string Sources => Path.Combine(AppContext.BaseDirectory, "samples");

    /// <summary>Gets the folder that a sample was built into: artifacts/bin/{project}/{configuration}, built as these tests were.</summary>
    public static string Output(string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, name, own.Name);
    }

    /// <summary>Gets the program of a sample, for <c>dotnet exec</c>.</summary>
    public static string PathOf(string name) => Path.Combine(Output(name), $"{name}.dll");

    public static Process Start(string name, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", ["exec", PathOf(name), .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    /// <summary>Waits until a web app listens.</summary>
    /// <returns>Its address.</returns>
    public static async Task<Uri> ListeningAsync(Process process)
    {
        const string Listening = "Now listening on: ";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(Listening) is [_, string address])
            {
                return new Uri(address.Trim());
            }
        }

        throw new InvalidOperationException($"The sample ended before it listened: {await process.StandardError.ReadToEndAsync()}");
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string name, params string[] arguments)
    {
        using Process process = Start(name, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ReplaceLineEndings("\n"), await errors);
    }

    /// <summary>Runs a sample again while it prints that scoring took too long: a machine that runs other tests too is not a fault of the sample.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunPatientlyAsync(string name)
    {
        const int Attempts = 10;
        for (int attempt = 1; ; attempt++)
        {
            (int ExitCode, string Output, string Errors) run = await RunAsync(name);
            string all = run.Output + run.Errors;
            if (attempt == Attempts || !all.Contains("fell back to the first-stage order", StringComparison.Ordinal)
                || !all.Contains("Timeout", StringComparison.Ordinal))
            {
                return run;
            }
        }
    }

    public static string ReadSource(string name, string file) => File.ReadAllText(Path.Combine(Sources, name, file)).ReplaceLineEndings("\n");
}

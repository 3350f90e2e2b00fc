using System.Diagnostics;

namespace Samples.Tests;

/// <summary>Runs a sample as a user does, as a process, from a folder that is not its own.</summary>
internal static class SampleProgram
{
    /// <summary>Gets the folders of the samples, copied beside the tests: their programs and READMEs.</summary>
    public static string Sources => Path.Combine(AppContext.BaseDirectory, "samples");

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string name, params string[] arguments)
    {
        // artifacts/bin/{project}/{configuration}: the sample was built as these tests were.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, name, own.Name, $"{name}.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ReplaceLineEndings("\n"), await errors);
    }

    public static string ReadSource(string name, string file) => File.ReadAllText(Path.Combine(Sources, name, file)).ReplaceLineEndings("\n");
}

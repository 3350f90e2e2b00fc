using System.Diagnostics;

namespace Reranking.Tool.Tests.Support;

/// <summary>Runs the tool as a person does: as a process.</summary>
internal static class ToolProcess
{
    // Where it was built: here lie assemblies for another version of .NET. artifacts/bin/{project}/{configuration}, built as these tests were.
    private static string Program
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(own.Parent!.Parent!.FullName, "Reranking.Tool", own.Name, "rerank.dll");
        }
    }

    public static Process Start(params string[] arguments) => Process.Start(Command(arguments))!;

    /// <summary>Returns how the tool is started, for a test that changes its surroundings.</summary>
    public static ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", "--roll-forward", "Major", Program, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return start;
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}

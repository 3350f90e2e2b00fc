using System.Diagnostics;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary>Nothing is recorded about the user, by us or by what we are built on.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Score_ModelInside_LeavesNothingInTheHomeOfTheUser()
    {
        using var home = new TempFolder();
        home.Write("marker", "");
        ProcessStartInfo start = ToolProcess.Command("score", "Is this the document?", "This is the document.");
        string folder = Path.GetDirectoryName(home.PathOf("marker"))!;
        foreach (string variable in (string[])["HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"])
        {
            start.Environment[variable] = folder;
        }

        start.Environment.Remove("ORT_DISABLE_TELEMETRY");   // as it is for everybody
        start.Environment.Remove("CI");
        start.Environment.Remove("GITHUB_ACTIONS");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.Contains("document", output, StringComparison.Ordinal);
        Assert.Equal([home.PathOf("marker")], Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories));
    }
}

using System.Diagnostics;

namespace Reranking.Onnx.Tests;

/// <summary>Two processes with one folder.</summary>
public sealed class ModelStoreProcessTests : ModelStoreTestBase
{
    [Fact]
    public async Task GetAsync_TwoProcessesAtOnce_FetchEachFileOnce()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.Instead = async (context, file) =>
        {
            if (file == ModelFile && context.Request.Method == "GET")
            {
                await waiting.Task;   // the first is kept at it until the second has come
            }

            return false;
        };

        string[][] outputs = await Task.WhenAll(FetchAsync(waiting), FetchAsync(waiting));

        Assert.All(outputs, output => Assert.Equal($"done {Folder}", output[^1]));
        Assert.Single(outputs, output => output.Contains("event 81"));
        Assert.Single(outputs, output => output.Contains("event 85"));
        Assert.Equal(["config.json", "tokenizer.json", ModelFile], Server.Gets.Select(request => request.File));
        AssertIsTheModel(Folder);
    }

    [Fact]
    public async Task GetAsync_FetchingProcessKilled_TheNextOneGoesOn()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.Instead = async (context, file) =>
        {
            if (file == ModelFile && context.Request.Method == "GET" && asked.TrySetResult())
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            return false;
        };
        using Process first = Start();
        await asked.Task;
        first.Kill();
        await first.WaitForExitAsync();

        AssertIsTheModel(await CreateStore(time: TimeProvider.System).GetAsync(HubServer.Repository));

        Assert.Equal(["config.json", "tokenizer.json", ModelFile, ModelFile], Server.Gets.Select(request => request.File));
    }

    private async Task<string[]> FetchAsync(TaskCompletionSource waiting)
    {
        using Process process = Start();
        List<string> output = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.Add(line);
            if (line == "event 85")
            {
                waiting.TrySetResult();
            }
        }

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return [.. output];
    }

    // The program of the tests, as a process of its own.
    private Process Start()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Reranking.Onnx.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return Process.Start(
            new ProcessStartInfo(program, [Program.FetchCommand, Server.Endpoint.AbsoluteUri, Cache.Path, HubServer.Repository])
            {
                RedirectStandardOutput = true,
            })!;
    }
}

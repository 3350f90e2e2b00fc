using System.Text.Json;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank models early-exit</c>, as a process, on a tiny model.</summary>
public sealed class EarlyExitTests
{
    [Fact]
    public async Task EarlyExit_ModelAndTexts_WritesTheFilesBesideTheModel()
    {
        using TempFolder folder = TinyModel.Unpack();

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync(
            "", "models", "early-exit", folder.PathOf("model"), "--texts", Path.Combine(AppContext.BaseDirectory, "knowledge"),
            "--max-loss", "0.5", "--max-pairs", "1000", "--top-n", "3", "--json");

        Assert.True(exitCode == 0, errors);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(folder.PathOf("model/early-exit.json"), json.RootElement.GetProperty("file").GetString());
        Assert.Matches(@"^\d+:\d+", json.RootElement.GetProperty("plan").GetString());
        Assert.InRange(json.RootElement.GetProperty("agreement").GetDouble(), 0.5, 1);
        Assert.Equal(
            [1, 3, 5, 10, 20, 50], json.RootElement.GetProperty("byTopN").EnumerateArray().Select(static outcome => outcome.GetProperty("topN").GetInt32()));
        Assert.True(File.Exists(folder.PathOf("model/early-exit.f32")));
        Assert.False(File.Exists(folder.PathOf("model/early-exit.checkpoint")));
    }

    [Theory]
    [InlineData(1, "There are 1 different passages; expected 20 or more.", "--texts", "one.txt")]
    [InlineData(1, "'absent' does not exist; expected a file, a folder, or - for standard input.", "--texts", "absent")]
    [InlineData(2, "--layers is '2,x'; expected numbers from 1, such as 2,5.", "--texts", "one.txt", "--layers", "2,x")]
    [InlineData(1, "MaxLoss is 0.9; expected 0 to 0.5.", "--texts", "one.txt", "--max-loss", "0.9")]
    public async Task EarlyExit_ArgumentsThatCannotBe_EndWithALineThatSaysWhat(int exitCode, string message, params string[] arguments)
    {
        using TempFolder folder = TinyModel.Unpack();
        string texts = folder.Write("one.txt", "One passage.\n");

        (int actual, _, string errors) = await ToolProcess.RunAsync(
            "", ["models", "early-exit", folder.PathOf("model"), .. arguments.Select(argument => argument == "one.txt" ? texts : argument)]);

        Assert.Equal(exitCode, actual);
        Assert.StartsWith("rerank: " + message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EarlyExit_ModelInside_HasItAlready()
    {
        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "models", "early-exit", "bundled", "--texts", Path.GetTempPath());

        Assert.Equal((2, "rerank: The model inside has its early exit already: \"EarlyExit\": \"On\" switches it on.\n"), (exitCode, errors));
    }
}

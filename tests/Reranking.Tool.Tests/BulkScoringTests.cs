using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank score --jsonl</c>: nothing lost and nothing doubled, whatever happens to the process.</summary>
public sealed class BulkScoringTests
{
    private const int LineCount = 60_000;

    [Fact]
    public async Task Jsonl_KilledTenTimes_IsByteForByteThatOfAnUnbrokenRun()
    {
        using var folder = new TempFolder();
        string input = WritePairs(folder, LineCount);
        (string whole, string broken) = (folder.PathOf("whole.jsonl"), folder.PathOf("broken.jsonl"));
        Assert.Equal(0, (await RunAsync(input, whole)).ExitCode);
        long length = new FileInfo(whole).Length;
        var random = new Random(9);
        int kills = 0;
        foreach (double share in Enumerable.Range(0, 10).Select(_ => random.NextDouble() * 0.9).Order())
        {
            using Process process = ToolProcess.Start("score", "--jsonl", "--dry-run", "-f", input, "-o", broken);
            while (!process.HasExited && (!File.Exists(broken) || new FileInfo(broken).Length < length * share))
            {
                await Task.Delay(1);
            }

            process.Kill();   // SIGKILL: nothing in it gets a chance to tidy up
            await process.WaitForExitAsync();
            kills += process.ExitCode == 0 ? 0 : 1;
            File.AppendAllText(broken, "{\"id\": 1");   // as if it had died within a line
        }

        (int exitCode, string errors) = await RunAsync(input, broken);

        Assert.Equal(0, exitCode);
        Assert.StartsWith("Resuming after ", errors, StringComparison.Ordinal);
        Assert.True(kills >= 5, $"Only {kills} of 10 kills met a running process.");
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(broken));
        Assert.False(File.Exists(broken + ".resume.json"));
    }

    [Fact]
    public async Task Jsonl_Shards_AreAllLinesOnce()
    {
        using var folder = new TempFolder();
        string input = WritePairs(folder, 1_000);
        await RunAsync(input, folder.PathOf("all.jsonl"));
        for (int shard = 0; shard < 3; shard++)
        {
            Assert.Equal(0, (await RunAsync(input, folder.PathOf($"{shard}.jsonl"), "--shard", $"{shard}/3")).ExitCode);
        }

        string[] all = File.ReadAllLines(folder.PathOf("all.jsonl"));
        string[][] parts = [.. Enumerable.Range(0, 3).Select(shard => File.ReadAllLines(folder.PathOf($"{shard}.jsonl")))];
        Assert.Equal(1_000, all.Length);
        Assert.Equal(all, all.Select((_, index) => parts[index % 3][index / 3]));
    }

    [Fact]
    public async Task Jsonl_ForSeveralDocumentsWithoutIdsFromGzipToStandardOutput_KeepsTheOrder()
    {
        using var folder = new TempFolder();
        string input = folder.PathOf("pairs.jsonl.gz");
        using (var writer = new StreamWriter(new GZipStream(File.Create(input), CompressionMode.Compress)))
        {
            writer.WriteLine("""{"query": "a", "documents": ["one", "three", ""]}""");
            writer.WriteLine();
            writer.WriteLine("""{"query": "a", "document": "one", "id": {"any": ["json", 1.50]}}""");
            writer.WriteLine("""{"query": "b", "documents": [], "id": "ü"}""");
        }

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "score", "--jsonl", "--dry-run", "-f", input);

        Assert.Equal((0, ""), (exitCode, errors));
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        using JsonDocument first = JsonDocument.Parse(lines[0]);
        Assert.Equal(1, first.RootElement.GetProperty("line").GetInt32());
        Assert.Equal(3, first.RootElement.GetProperty("scores").GetArrayLength());
        Assert.StartsWith("{\"id\":{\"any\": [\"json\", 1.50]},\"score\":", lines[1], StringComparison.Ordinal);
        Assert.Equal("{\"id\":\"ü\",\"scores\":[],\"raws\":[]}", lines[2]);
        using JsonDocument second = JsonDocument.Parse(lines[1]);
        Assert.Equal(first.RootElement.GetProperty("raws")[0].GetDouble(), second.RootElement.GetProperty("raw").GetDouble());
    }

    [Fact]
    public async Task Jsonl_BundledModel_ScoresAPairAsAlone()
    {
        const string Pairs = """
            {"id": 1, "query": "capital of France", "document": "Paris is the capital of France."}
            {"id": 2, "query": "capital of France", "document": "Bread is made of flour."}
            {"id": 3, "query": "how is bread made", "document": "Bread is made of flour."}
            """;

        (_, string together, _) = await ToolProcess.RunAsync(Pairs, "score", "--jsonl");
        (_, string alone, _) = await ToolProcess.RunAsync(Pairs.Split('\n')[2], "score", "--jsonl");

        string[] lines = together.TrimEnd('\n').Split('\n');
        Assert.Equal(alone.TrimEnd('\n'), lines[2]);   // bit for bit, so that a resumed run is as an unbroken one
        Assert.True(Score(lines[0]) > 0.9 && Score(lines[1]) < 0.1 && Score(lines[2]) > 0.5);
    }

    [Fact]
    public async Task Jsonl_WrongLine_SaysWhereAndGoesOnOnceItIsMended()
    {
        using var folder = new TempFolder();
        string input = folder.Write("pairs.jsonl", string.Concat(Enumerable.Range(1, 1_500).Select(i => i == 1_200 ? "{\"query\": \"secret\"}\n" : Pair(i))));
        string output = folder.PathOf("scores.jsonl");

        (int exitCode, string errors) = await RunAsync(input, output);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            "rerank: Line 1200: found neither a 'document' that is a text nor 'documents' that are a list of texts; "
            + "expected an object with query and document, or query and documents.\n",
            errors);
        Assert.Equal(1_024, File.ReadLines(output).Count());   // whole blocks are kept
        File.WriteAllText(input, string.Concat(Enumerable.Range(1, 1_500).Select(Pair)));
        Assert.Equal((0, "Resuming after 1024 lines.\n"), await RunAsync(input, output));
        Assert.Equal(Enumerable.Range(1, 1_500), File.ReadLines(output).Select(Id));
    }

    [Fact]
    public async Task Jsonl_OutputOfSomethingElse_IsNotContinued()
    {
        using var folder = new TempFolder();
        string input = folder.Write("pairs.jsonl", string.Concat(Enumerable.Range(1, 600).Select(Pair)) + "no JSON\n");
        string output = folder.PathOf("scores.jsonl");
        await RunAsync(input, output);

        (int exitCode, string errors) = await RunAsync(input, output, "--shard", "0/2");

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"rerank: '{output}' was started with shard '0/1', and now it is '0/2'. "
            + "Use what it was started with, name another file with --output, or add --overwrite to start over.\n",
            errors);
        byte[] before = File.ReadAllBytes(output);
        File.WriteAllText(input, Pair(1));   // another file of the same name, as in another folder
        (exitCode, errors) = await RunAsync(input, output);
        Assert.Equal(1, exitCode);
        Assert.Matches("was started with input 'pairs.jsonl, [0-9A-F]{16}', and now it is 'pairs.jsonl, [0-9A-F]{16}'. Use what it was started with,", errors);
        Assert.Equal(before, File.ReadAllBytes(output));
        Assert.Equal((0, ""), await RunAsync(input, output, "--overwrite"));
        Assert.Equal(
            (1, $"rerank: '{output}' is there and finished. Name another file with --output, or add --overwrite.\n"), await RunAsync(input, output));
    }

    [Fact]
    public async Task Jsonl_InputThatBecameShorter_IsNotContinued()
    {
        using var folder = new TempFolder();
        string input = folder.Write("pairs.jsonl", string.Concat(Enumerable.Range(1, 1_100).Select(Pair)) + "no JSON\n");
        string output = folder.PathOf("scores.jsonl");
        await RunAsync(input, output);
        File.WriteAllText(input, string.Concat(Enumerable.Range(1, 1_000).Select(Pair)));

        (int exitCode, string errors) = await RunAsync(input, output);

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "rerank: The output has 1024 lines, but the input only 1000 for it. Is it the input that the output was started with?\n",
            errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jsonl_TwoProcessesOfOneOutput_OnlyOneWrites()
    {
        using var folder = new TempFolder();
        string output = folder.PathOf("scores.jsonl");
        using Process first = ToolProcess.Start("score", "--jsonl", "--dry-run", "-f", "-", "-o", output);
        while (!File.Exists(output + ".resume.json"))
        {
            await Task.Delay(1);
        }

        (int exitCode, _, string errors) = await ToolProcess.RunAsync(Pair(1), "score", "--jsonl", "--dry-run", "-f", "-", "-o", output);

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"rerank: '{output}' can't be opened: ", errors, StringComparison.Ordinal);
        await first.StandardInput.WriteAsync(Pair(1) + Pair(2));
        first.StandardInput.Close();
        await first.WaitForExitAsync();
        Assert.Equal(0, first.ExitCode);
        Assert.Equal([1, 2], File.ReadLines(output).Select(Id));
    }

    [Fact]
    public async Task Jsonl_NothingDoneYet_GoesOnWithAMendedInput()
    {
        using var folder = new TempFolder();
        string input = folder.Write("pairs.jsonl", Pair(1) + """{"query": "\ud800", "document": "d"}""" + "\n");
        string output = folder.PathOf("scores.jsonl");

        Assert.Equal(
            (1, "rerank: Line 2: found half of a surrogate pair in a text; expected an object with query and document, or query and documents.\n"),
            await RunAsync(input, output));
        File.WriteAllText(input, Pair(1) + Pair(2));

        Assert.Equal((0, ""), await RunAsync(input, output));
        Assert.Equal([1, 2], File.ReadLines(output).Select(Id));
    }

    [Fact]
    public async Task Jsonl_KilledWithinABlock_ScoresEachBlockAsAnUnbrokenRun()
    {
        using TempFolder folder = TinyModel.Unpack();

        // The stages keep one document of a call, so that a score depends on the neighbors of its query.
        string model = JsonSerializer.Serialize(folder.PathOf("model"));
        string settings = folder.Write("appsettings.json", $$"""
            {
              "Reranking": {
                "Stages": [ { "Use": "a", "Keep": 1 }, { "Use": "b" } ],
                "Scorers": {
                  "a": { "Provider": "Onnx", "ModelPath": {{model}}, "MaxInputTokens": 16 },
                  "b": { "Provider": "Onnx", "ModelPath": {{model}} }
                }
              }
            }
            """);
        string input = folder.Write("pairs.jsonl", string.Concat(Enumerable.Range(1, 520).Select(static i =>
            $"{{\"id\": {i}, \"query\": \"how is bread made\", \"document\": \"Bread {i % 7} is made of flour.\"}}\n")));
        (string whole, string broken) = (folder.PathOf("whole.jsonl"), folder.PathOf("broken.jsonl"));
        string[] arguments = ["score", "--jsonl", "--config", settings, "-f", input, "-o"];
        Assert.Equal(0, (await ToolProcess.RunAsync("", [.. arguments, whole])).ExitCode);

        // What a kill leaves that came while the second block was written.
        using (Process process = ToolProcess.Start([.. arguments, broken]))
        {
            while (!process.HasExited && !File.Exists(broken + ".resume.json"))
            {
                await Task.Delay(1);
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        File.WriteAllLines(broken, File.ReadLines(whole).Take(515));
        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", [.. arguments, broken]);

        Assert.Equal((0, "Resuming after 512 lines.\n"), (exitCode, errors));
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(broken));
    }

    [Fact]
    public async Task Jsonl_CtrlC_EndsWithItsExitCodeAndKeepsWhatIsDone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGINT to send to another process here.");
        using var folder = new TempFolder();
        string output = folder.PathOf("scores.jsonl");
        string[] arguments = ["score", "--jsonl", "--dry-run", "-f", "-", "-o", output];
        ProcessStartInfo start = ToolProcess.Command(arguments);
        if (OperatingSystem.IsLinux())
        {
            // What a shell starts in the background ignores SIGINT, and so does all that it starts in turn.
            (start.FileName, string program) = ("env", start.FileName);
            start.ArgumentList.Insert(0, program);
            start.ArgumentList.Insert(0, "--default-signal=INT");
        }

        using Process process = Process.Start(start)!;
        Task<string> reading = process.StandardError.ReadToEndAsync();
        Task signal = InterruptAsync();

        // An input that does not end before the signal comes, on any machine.
        try
        {
            for (int i = 1; i <= LineCount && !process.HasExited; i++)
            {
                await process.StandardInput.WriteAsync(Pair(i));
                if (i > LineCount - 5_000)
                {
                    await process.StandardInput.FlushAsync();
                    await Task.Delay(10);
                }
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended while it was written to.
        }

        await signal;
        string errors = await reading;
        await process.WaitForExitAsync();

        Assert.Equal((130, "rerank: canceled.\n"), (process.ExitCode, errors));
        Assert.Equal((byte)'\n', File.ReadAllBytes(output)[^1]);
        string all = string.Concat(Enumerable.Range(1, LineCount).Select(Pair));
        Assert.Equal(0, (await ToolProcess.RunAsync(all, arguments)).ExitCode);
        Assert.Equal(Enumerable.Range(1, LineCount), File.ReadLines(output).Select(Id));

        async Task InterruptAsync()
        {
            while (!process.HasExited && (!File.Exists(output) || new FileInfo(output).Length == 0))
            {
                await Task.Delay(1);
            }

            using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }
    }

    private static string WritePairs(TempFolder folder, int count)
    {
        string path = folder.PathOf("pairs.jsonl");
        File.WriteAllLines(path, Enumerable.Range(1, count).Select(i => Pair(i).TrimEnd()));
        return path;
    }

    private static string Pair(int number) =>
        $"{{\"id\": {number}, \"query\": \"query {number % 1_000}\", \"document\": \"{new string('d', number % 61)}\"}}\n";

    private static int Id(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("id").GetInt32();
    }

    private static double Score(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("score").GetDouble();
    }

    private static async Task<(int ExitCode, string Errors)> RunAsync(string input, string output, params string[] more)
    {
        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", ["score", "--jsonl", "--dry-run", "-f", input, "-o", output, .. more]);
        return (exitCode, errors);
    }
}

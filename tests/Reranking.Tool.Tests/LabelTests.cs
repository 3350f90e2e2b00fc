using System.Diagnostics;
using System.Text.Json;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank eval label</c>, as a process: keys come in on standard input.</summary>
public sealed class LabelTests
{
    private static readonly string[] Topics = ["bread", "Paris", "whales", "violins", "glaciers", "passwords", "tulips", "volcanoes", "coffee", "bridges"];

    [Fact]
    public async Task Label_FirstStageAgainstTheModel_WritesLabelsThatEvalTakes()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string labels = folder.PathOf("set.labels.qrels");

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("111\n11b0q", "eval", "label", set, "--candidates", "6");

        Assert.Equal(0, exitCode);
        Assert.Contains("Tell me about", errors, StringComparison.Ordinal);
        Assert.Contains("1 or 2 the passage that answers better, b both, 0 neither, s skip, q save and quit\n", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", errors, StringComparison.Ordinal);
        Assert.Matches(@"^\d of 10 queries labeled, 1[34] passages judged\.", output);
        Assert.Contains($"rerank eval {set} --qrels {labels}\n", output, StringComparison.Ordinal);
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments = TrecQrels.Read(labels);
        Assert.Equal(7, judgments.Count);   // the seven queries that tell the most, once each

        (exitCode, output, _) = await ToolProcess.RunAsync("", "eval", set, "--qrels", labels, "--candidates", "6", "--json");
        Assert.Equal(0, exitCode);
        Assert.InRange(EvaluationReport.FromJson(output).QueryCount, 5, 7);
    }

    [Fact]
    public async Task Label_KilledAfterAnAnswer_LosesNoneAndEndsAsAnUnbrokenSession()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        (string whole, string broken) = (folder.PathOf("whole.qrels"), folder.PathOf("broken.qrels"));
        await ToolProcess.RunAsync(new string('1', 500), "eval", "label", set, "--candidates", "6", "-o", whole);

        for (int kill = 0; kill < 3; kill++)
        {
            long before = File.Exists(broken) ? new FileInfo(broken).Length : 0;
            using Process process = ToolProcess.Start("eval", "label", set, "--candidates", "6", "-o", broken);
            Task drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.StandardInput.WriteAsync("11");
            await process.StandardInput.FlushAsync();
            while (!process.HasExited && (!File.Exists(broken) || CountLines(broken) < (kill + 1) * 3))
            {
                await Task.Delay(5);
            }

            process.Kill();
            await process.WaitForExitAsync();
            await drained;
            Assert.True(new FileInfo(broken).Length > before);
            Assert.NotEmpty(TrecQrels.Read(broken));   // whole at any time
        }

        (int exitCode, string output, _) = await ToolProcess.RunAsync(new string('1', 500), "eval", "label", set, "--candidates", "6", "-o", broken, "--json");

        Assert.Equal(0, exitCode);
        Assert.Equal(File.ReadAllText(whole), File.ReadAllText(broken));
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(
            ["labels", "first", "second", "metric", "answered", "judgedPassages", "labeledQueries", "queries", "difference", "low", "high", "halfWidth",
                "expectedHalfWidth"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("given run", "bundled", 10), (Text("first"), Text("second"), json.RootElement.GetProperty("labeledQueries").GetInt32()));
        Assert.Equal(json.RootElement.GetProperty("halfWidth").GetDouble(), json.RootElement.GetProperty("expectedHalfWidth").GetDouble(), 9);

        string Text(string name) => json.RootElement.GetProperty(name).GetString()!;

        static int CountLines(string path) => File.ReadAllText(path).Count(c => c == '\n');
    }

    [Fact]
    public async Task Label_BeirFolderWithoutJudgmentsOrWithWeakOnes_AsksOfAllQueries()
    {
        using var folder = new TempFolder();
        EvaluationSet Set(bool weak) => new()
        {
            Name = "docs",
            Documents = [.. Topics.SelectMany((topic, i) => new EvaluationDocument[]
            {
                new($"d{i}", $"{topic} {topic} {topic} {topic}"), new($"e{i}", $"This passage tells what there is to know about {topic}."),
            })],
            Queries = [.. Topics.Select((topic, i) => new EvaluationQuery
            {
                Id = $"q{i}", Text = $"What is there to know about {topic}?", Grades = new Dictionary<string, int> { [$"d{i}"] = 1 },
            })],
            IsWeaklyLabeled = weak,
        };
        Set(weak: false).Save(folder.PathOf("plain"));
        Directory.Delete(folder.PathOf("plain/qrels"), recursive: true);
        Set(weak: true).Save(folder.PathOf("weak"));

        (int plain, string plainOutput, _) = await ToolProcess.RunAsync("q", "eval", "label", folder.PathOf("plain"), "--candidates", "4", "--json");
        (int weak, string weakOutput, _) = await ToolProcess.RunAsync("q", "eval", "label", folder.PathOf("weak"), "--candidates", "4", "--json");

        Assert.Equal((0, 0), (plain, weak));
        foreach (string output in new[] { plainOutput, weakOutput })
        {
            using JsonDocument json = JsonDocument.Parse(output);
            Assert.Equal(
                ("BM25", 10, 0, JsonValueKind.Null),
                (json.RootElement.GetProperty("first").GetString(), json.RootElement.GetProperty("queries").GetInt32(),
                    json.RootElement.GetProperty("judgedPassages").GetInt32(), json.RootElement.GetProperty("halfWidth").ValueKind));
        }

        Assert.False(File.Exists(folder.PathOf("plain.labels.qrels")));
    }

    [Fact]
    public async Task Label_Mistakes_EndWithALineBeforeAnyQuestion()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string spaced = folder.Write("spaced.jsonl", "{\"id\": \"q\", \"query\": \"x\", \"candidates\": [{\"id\": \"d 1\", \"text\": \"y\"}]}\n");
        const string Scorers = """{"a": {"Provider": "Onnx"}, "b": {"Provider": "Onnx"}, "c": {"Provider": "Onnx"}}""";
        string config = folder.Write("appsettings.json", $"{{\"Reranking\": {{\"Scorers\": {Scorers}, \"Use\": \"a\"}}}}");

        (int ids, _, string idErrors) = await ToolProcess.RunAsync("1", "eval", "label", spaced);
        (int metric, _, string metricErrors) = await ToolProcess.RunAsync("1", "eval", "label", set, "--metric", "quality");
        (int three, _, string threeErrors) = await ToolProcess.RunAsync("1", "eval", "label", set, "--config", config);

        Assert.Equal(1, ids);
        Assert.StartsWith("rerank: The id of query 'q' or one of its candidates is empty or has white space", idErrors, StringComparison.Ordinal);
        Assert.Equal(2, metric);
        Assert.StartsWith("rerank: --metric: 'quality' is not a metric;", metricErrors, StringComparison.Ordinal);
        Assert.Equal(2, three);
        Assert.StartsWith("rerank: There are 3 scorers; labels compare two.", threeErrors, StringComparison.Ordinal);
    }

    // Nothing is judged, and the right passage comes last of six.
    private static string WriteSet(TempFolder folder) => folder.Write("set.jsonl", string.Concat(Topics.Select((topic, index) =>
    {
        IEnumerable<string> others = Topics.Where(other => other != topic).Take(5);
        string candidates = JsonSerializer.Serialize(
            others.Append(topic).Select((about, position) => new { id = $"d{position}", text = $"This passage is about {about} and nothing else." }));
        return $"{{\"id\": \"q{index}\", \"query\": \"Tell me about {topic}\", \"candidates\": {candidates}}}\n";
    })));
}

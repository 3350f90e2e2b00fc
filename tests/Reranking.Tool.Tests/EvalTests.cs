using System.Text.Json;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank eval</c> and <c>rerank calibrate</c>, as processes.</summary>
public sealed class EvalTests
{
    private static readonly string[] Topics =
    [
        "bread", "Paris", "whales", "violins", "glaciers", "passwords", "tulips", "volcanoes", "coffee", "bridges", "chess", "honey",
    ];

    [Fact]
    public async Task Eval_SetWithCandidates_ReportsAndWritesPageAndBaseline()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        (string page, string report) = (folder.PathOf("report.html"), folder.PathOf("report.json"));

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync(
            "", "eval", set, "--html", page, "-o", report, "--candidates", "3,6", "--metric", "RR@10", "nDCG@5", "--require-gain");

        Assert.Equal((0, $"The report is in {page}.\n"), (exitCode, errors));
        Assert.StartsWith("Reranking with bundled raises RR@10 by ", output, StringComparison.Ordinal);
        Assert.Matches(@"given run\s+0\.1667\s+", output);
        Assert.Contains("bundled, RR@10 by the number of candidates: 3: ", output, StringComparison.Ordinal);
        Assert.Contains("Is reranking worth it on set?", File.ReadAllText(page), StringComparison.Ordinal);
        EvaluationReport read = EvaluationReport.FromJson(File.ReadAllText(report));
        Assert.Equal(["RR@10", "nDCG@5"], read.Metrics);

        // The same against itself has not dropped; as JSON, standard output holds nothing else.
        (exitCode, output, errors) = await ToolProcess.RunAsync(
            "", "eval", set, "--candidates", "3,6", "--metric", "RR@10", "--baseline", report, "--json", "--no-texts");
        Assert.Equal((0, "bundled: RR@10 0.000 against the baseline (95 % interval 0.000 to 0.000).\n"), (exitCode, errors));
        Assert.DoesNotContain("Tell me about", output, StringComparison.Ordinal);
        Assert.Equal(12, EvaluationReport.FromJson(output).QueryCount);
    }

    [Fact]
    public async Task Eval_DroppedAgainstTheBaselineOrNoGain_EndsWithTheirExitCode()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string report = folder.PathOf("report.json");
        await ToolProcess.RunAsync("", "eval", set, "-o", report, "--candidates", "6");

        // With the relevant documents swapped for others, the same order is worse.
        string worse = folder.Write("worse.jsonl", File.ReadAllText(set).Replace("\"d5\": 1", "\"d2\": 1", StringComparison.Ordinal));
        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "eval", worse, "--candidates", "6", "--baseline", report);

        Assert.Equal(3, exitCode);
        Assert.Contains("bundled: nDCG@10 -0.", errors, StringComparison.Ordinal);
        (exitCode, _, errors) = await ToolProcess.RunAsync("", "eval", worse, "--candidates", "1", "--require-gain");
        Assert.Equal((3, "No scorer gains more than chance allows.\n"), (exitCode, errors));
    }

    [Fact]
    public async Task Eval_BeirFolderWithRunAndQrels_TakesThem()
    {
        using var folder = new TempFolder();
        EvaluationDocument[] documents = [.. Topics.Select((topic, index) => new EvaluationDocument($"d{index}", $"All about {topic}."))];
        new EvaluationSet
        {
            Name = "beir",
            Documents = documents,
            Queries = [.. Topics.Take(8).Select((topic, index) => new EvaluationQuery
            {
                Id = $"q{index}", Text = $"Tell me about {topic}", Grades = new Dictionary<string, int> { [$"d{index}"] = 1 },
            })],
        }.Save(folder.PathOf("beir"));
        string run = folder.Write("run", string.Concat(Enumerable.Range(0, 8).Select(i => $"q{i} Q0 d{i + 1} 1 1 t\nq{i} Q0 d{i} 2 2 t\n")));
        string qrels = folder.Write("qrels", string.Concat(Enumerable.Range(0, 4).Select(i => $"q{i} 0 d{i} 2\n")));

        (int exitCode, string bm25, _) = await ToolProcess.RunAsync("", "eval", folder.PathOf("beir"), "--json");
        (_, string given, string note) = await ToolProcess.RunAsync("", "eval", folder.PathOf("beir"), "--run", run, "--qrels", qrels, "--json");
        (int wrong, _, string errors) = await ToolProcess.RunAsync("", "eval", folder.PathOf("beir"), "--first-stage", "given");

        Assert.Equal(0, exitCode);
        Assert.Equal(("BM25", 8), (EvaluationReport.FromJson(bm25).FirstStage.Name, EvaluationReport.FromJson(bm25).QueryCount));
        EvaluationReport report = EvaluationReport.FromJson(given);
        Assert.Equal((4, 0.5), (report.QueryCount, report.FirstStage.Means["RR@10"]));
        Assert.Equal("Note: trec_eval would order 8 queries of the run by score and, in ties, by id; here the order of the lines counts.\n", note);
        Assert.Equal(
            (1, "rerank: Set 'beir' brings no candidates for all queries; expected them in its lines, --run, or bm25.\n"), (wrong, errors));
    }

    [Fact]
    public async Task Eval_ScorerThatFailsAllQueries_IsNoSuccess()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string settings = folder.Write("appsettings.json", """
            {
              "Reranking": {
                "Scorers": { "gone": { "Provider": "Tei", "Endpoint": "http://127.0.0.1:9", "MaxRetries": 0 } }
              }
            }
            """);

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "eval", set, "--config", settings, "--candidates", "6");

        Assert.Equal(1, exitCode);
        Assert.Contains("gone failed 12 queries", output, StringComparison.Ordinal);
        Assert.StartsWith("rerank: gone failed all 12 queries: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_BaselineOfOtherScorers_IsNoPassedCheck()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string report = folder.PathOf("report.json");
        await ToolProcess.RunAsync("", "eval", set, "-o", report, "--candidates", "6");
        File.WriteAllText(report, File.ReadAllText(report).Replace("\"bundled\"", "\"local\"", StringComparison.Ordinal));

        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "eval", set, "--candidates", "6", "--baseline", report);

        Assert.Equal(
            (1, "rerank: --baseline has the scorers 'local', and this report 'bundled'; expected one that both have. "
                + "Write the baseline anew with --output.\n"),
            (exitCode, errors));
    }

    [Fact]
    public async Task Eval_RunWithoutSomeQueries_SaysThatTheyAreLeftOut()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string run = folder.Write("run", "q0 Q0 d5 1 2 t\nq0 Q0 d1 2 1 t\nq1 Q0 d5 1 1 t\n");

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "eval", set, "--run", run, "--candidates", "6", "--json");

        Assert.Equal(0, exitCode);
        Assert.Equal(2, EvaluationReport.FromJson(output).QueryCount);
        Assert.Equal(
            "Note: the run has nothing for 10 of 12 queries, which are left out, as trec_eval does without -c. If it found nothing for them, the numbers "
                + "are too good.\n",
            errors);
    }

    [Fact]
    public async Task EvalMake_FolderOfSomebodyBesideTheOutput_IsLeftAlone()
    {
        using var folder = new TempFolder();
        folder.Write("docs/a.md", $"# All about bread\n\nWhat there is to say about bread is said here, {new string('x', 40)}\n");
        string notes = folder.Write("set.new/notes.txt", "mine");

        (int exitCode, _, string note) = await ToolProcess.RunAsync("", "eval", "make", folder.PathOf("docs"), "-o", folder.PathOf("set"));

        Assert.Equal((0, $"1 questions about 1 passages are in {folder.PathOf("set")}. The labels are weak: a smoke test.\n"), (exitCode, note));
        Assert.Equal("mine", File.ReadAllText(notes));
        Assert.Equal(["docs", "set", "set.new"], Directory.GetDirectories(folder.PathOf("")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task EvalMake_NoUsableHeading_SaysWhichOnesItExpected()
    {
        using var folder = new TempFolder();
        folder.Write("docs/a.md", $"# Bread\n\nBread is what this text is about, {new string('x', 40)}\n\n## How long it lasts\n\nA week.\n");
        folder.Write("docs/b.txt", $"A text file is a passage that no heading asks for. {new string('x', 40)}\n");

        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "eval", "make", folder.PathOf("docs"), "-o", folder.PathOf("set"));

        Assert.Equal(
            (1, $"rerank: '{folder.PathOf("docs")}' has no usable heading; expected Markdown files with headings of two words or more, and a text below "
                + "each. Unused headings: 2 (hardly any text: 1, one word: 1).\n"),
            (exitCode, errors));
    }

    [Fact]
    public async Task EvalMake_Json_CountsTheHeadingsLeftOut()
    {
        using var folder = new TempFolder();
        folder.Write(
            "docs/a.md",
            $"# Bread\n\nBread is what this text is about, {new string('x', 40)}\n\n## Where it is kept\n\nIn a box, {new string('x', 40)}\n");

        (_, string output, _) = await ToolProcess.RunAsync("", "eval", "make", folder.PathOf("docs"), "-o", folder.PathOf("set"), "--json");

        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(
            (1, 2, 1),
            (json.RootElement.GetProperty("questions").GetInt32(), json.RootElement.GetProperty("passages").GetInt32(),
                json.RootElement.GetProperty("leftOut").GetInt32()));
    }

    [Fact]
    public async Task Calibrate_Set_WritesMinScoreWithItsModelAndRevision()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string file = folder.PathOf("calibration.json");

        (int exitCode, string output, _) = await ToolProcess.RunAsync("", "calibrate", set, "--candidates", "6", "-o", file);

        Assert.Equal(0, exitCode);
        Assert.Contains("\"MinScoreModel\": \"ms-marco-MiniLM-L-12-v2-int8\"", output, StringComparison.Ordinal);
        ThresholdCalibration calibration = ThresholdCalibration.Load(file);
        Assert.Equal(("bundled", "ms-marco-MiniLM-L-12-v2-int8"), (calibration.ScorerName, calibration.ModelId));
        Assert.NotNull(calibration.Revision);
        Assert.NotNull(calibration.MinScore);

        (exitCode, output, _) = await ToolProcess.RunAsync("", "calibrate", Hopeless(folder), "--candidates", "6", "--json");
        Assert.Equal(3, exitCode);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("minScore").ValueKind);
    }

    [Fact]
    public async Task CalibrateProbabilities_Set_WritesWhatAScorerReads()
    {
        using var folder = new TempFolder();
        string set = WriteSet(folder);
        string file = folder.PathOf("calibration.json");

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "calibrate", set, "--candidates", "6", "--probabilities", file);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.StartsWith(
            "12 relevant and 60 other documents of 12 queries, scored by ms-marco-MiniLM-L-12-v2-int8 (", output, StringComparison.Ordinal);
        Assert.Contains("on queries that it was not fitted to: calibration error 0.", output, StringComparison.Ordinal);
        var calibration = ScoreCalibration.Load(file);
        Assert.Equal(ScoreCalibrationKind.Platt, calibration.Kind);
        Assert.StartsWith("set: 12 queries over given", calibration.Source, StringComparison.Ordinal);

        string few = folder.Write("few.jsonl", File.ReadLines(set).First() + "\n");
        (exitCode, _, errors) = await ToolProcess.RunAsync("", "calibrate", few, "--probabilities", file, "--curve", "Isotonic");
        Assert.Equal(
            (1, "rerank: Set 'few' has no calibration: There are 6 scores; expected 20 or more. Add judged queries, or take --candidates higher.\n"),
            (exitCode, errors));
    }

    [Fact]
    public async Task EvalMake_MarkdownFolder_MakesAWeakSetThatEvalSaysIsWeak()
    {
        using var folder = new TempFolder();
        foreach (string topic in Topics)
        {
            folder.Write(
                $"docs/{topic}.md",
                $"# All about {topic}\n\nWhat there is to say about {topic} in general is said here, at some length.\n\n## How to care for {topic}?\n\n"
                    + $"Care for {topic} as you would for anything else: with patience, and in good time.\n\n## Overview\n\n{new string('x', 80)}\n");
        }

        folder.Write("docs/plain.txt", $"A text file is a passage that no heading asks for. {new string('x', 40)}\n");
        folder.Write(
            "docs/word.md",
            $"# Bread\n\nBread is what this text is about, {new string('x', 40)}\n\n## Where it is kept\n\nIn a box, {new string('x', 40)}\n\n"
                + "## How long it lasts\n\nA week.\n");
        folder.Write(
            "docs/twice.md",
            $"## When to buy\n\nOn Mondays, {new string('x', 40)}\n\n## When to buy\n\nOn Fridays, {new string('x', 40)}\n");
        folder.Write("docs/short.md", $"# Whatever is short\n\nA file with a title and a text alone: its title asks. {new string('x', 40)}\n");
        string set = folder.PathOf("set");
        (int made, _, string note) = await ToolProcess.RunAsync("", "eval", "make", folder.PathOf("docs"), "-o", set);
        (int again, _, string errors) = await ToolProcess.RunAsync("", "eval", "make", folder.PathOf("docs"), "-o", set);
        (int exitCode, string output, _) = await ToolProcess.RunAsync("", "eval", set, "--candidates", "10");

        Assert.Equal(
            (0, $"14 questions about 42 passages are in {set}. Unused headings: 28 (hardly any text: 1, one word: 1, too general: 12, repeated: 2, "
                + "title of other passages too: 12). The labels are weak: a smoke test.\n"),
            (made, note));
        Assert.Equal((1, $"rerank: --output is '{set}', which is not empty; expected a new folder.\n"), (again, errors));
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Weak labels, made of the corpus itself: a smoke test", output, StringComparison.Ordinal);
        EvaluationSet read = EvaluationSet.Load(set);
        Assert.Contains(read.Queries, query => query.Text == "How to care for bread?");
        Assert.Contains(read.Queries, query => query.Text == "Whatever is short");
        Assert.DoesNotContain(read.Documents, document => document.Text.Contains("How to care", StringComparison.Ordinal));
        Assert.Contains(read.Documents, document => document.Id == "plain.txt#1");

        // A title whose file has more passages, which carry it, asks for none of them.
        Assert.DoesNotContain(read.Queries, query => query.Text.StartsWith("All about", StringComparison.Ordinal) && !query.Text.Contains('?'));
    }

    // The right passage comes last of six.
    private static string WriteSet(TempFolder folder) => folder.Write("set.jsonl", string.Concat(Topics.Select((topic, index) =>
    {
        IEnumerable<string> others = Topics.Where(other => other != topic).Take(5);
        string candidates = JsonSerializer.Serialize(
            others.Append(topic).Select((about, position) => new { id = $"d{position}", text = $"This passage is about {about} and nothing else." }));
        return $"{{\"id\": \"q{index}\", \"query\": \"Tell me about {topic}\", \"candidates\": {candidates}, \"relevant\": {{\"d5\": 1}}}}\n";
    })));

    // Every other relevant passage is about something else.
    private static string Hopeless(TempFolder folder) => folder.Write("hopeless.jsonl", string.Concat(
        File.ReadLines(WriteSet(folder)).Select((line, index) => line.Replace("\"d5\": 1", $"\"d{index % 5}\": 1", StringComparison.Ordinal) + "\n")));
}

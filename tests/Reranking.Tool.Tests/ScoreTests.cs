using System.Text.Json;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank score</c>, as a process.</summary>
public sealed class ScoreTests
{
    private const string Guide = "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link.";
    private const string Security = "Password Security Best Practices. Use at least 14 characters and never reuse a password.";

    [Fact]
    public async Task Score_DocumentsOnTheCommandLine_ShowsATableInPlainText()
    {
        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "score", "How do I reset my password?", Security, Guide, "Whales sing.");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Matches(@"rank\s+was\s+score\s+source\s+text", output);
        Assert.Matches(@"(?m)^\s*1\s+2\s+0\.\d{3}\s+#2\s+Password Reset Guide\.", output);
        Assert.Matches(@"(?m)^\s*3\s+3\s+0\.000[0-9]{3}\s+#3\s+Whales", output);   // small scores differ too
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_FolderFileAndStandardInput_ReadsSectionsLinesAndJson()
    {
        using var folder = new TempFolder();
        folder.Write("docs/account.md", $"# Account\n\n## Reset\n{Guide}\n\n```\n# no heading\n```\n\n## Security\n{Security}\n");
        folder.Write("docs/deep/other.txt", "Invoices and receipts.");
        string lines = folder.Write("lines.jsonl", JsonSerializer.Serialize(new { id = "json", text = "Something else." }) + "\n");

        (int exitCode, string output, _) = await ToolProcess.RunAsync(
            "A line about nothing.\n\nAnother line.\n", "score", "How do I reset my password?", "-f", folder.PathOf("docs"), "-f", lines, "-f", "-", "--json");

        Assert.Equal(0, exitCode);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] results = [.. json.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal("account.md#Reset", results[0].GetProperty("source").GetString());
        Assert.StartsWith("Account: Reset\nPassword Reset Guide.", results[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["account.md#Reset", "account.md#Security", Path.Combine("deep", "other.txt"), "json", "stdin:1", "stdin:3"],
            results.OrderBy(result => result.GetProperty("was").GetInt32()).Select(result => result.GetProperty("source").GetString()));
        Assert.Equal("ms-marco-MiniLM-L-12-v2-int8", json.RootElement.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Score_Folder_ShowsNoPositionThatNoSearchGave()
    {
        using var folder = new TempFolder();
        folder.Write("docs/account.md", $"# Account\n\n## Reset\n{Guide}\n\n## Security\n{Security}\n");
        string lines = folder.Write("lines.txt", $"{Security}\n{Guide}\n");
        const string Query = "How do I reset my password?";

        (_, string ofFolder, string errors) = await ToolProcess.RunAsync("", "score", Query, "-f", folder.PathOf("docs"));
        (_, string ofLines, _) = await ToolProcess.RunAsync("", "score", Query, "-f", lines);
        (_, string ofBoth, _) = await ToolProcess.RunAsync("", "score", Query, "-f", lines, "-f", folder.PathOf("docs/account.md"));

        Assert.Matches(@"rank\s+score\s+source\s+text", ofFolder);
        Assert.Matches(@"(?m)^\s*1\s+0\.\d{3}\s+account\.md#Reset", ofFolder);
        Assert.Equal("", errors);
        Assert.Matches(@"rank\s+was\s+score\s+source\s+text", ofLines);
        Assert.Matches(@"rank\s+score\s+source\s+text", ofBoth);
    }

    [Fact]
    public async Task Score_LowScoresOnly_SaysThatTheOrderCounts()
    {
        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "score", "Do whales sing?", "Invoices and receipts.", "A kettle.");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            "All scores are low: no document answers, or one does in words so different that its rank is uncertain too. A larger model may do better.\n",
            errors);
        Assert.DoesNotContain("scores are low", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_LongDocument_PointsAtTheBestWindow()
    {
        using var folder = new TempFolder();
        string filler = string.Concat(Enumerable.Repeat("The weather was fine and nothing happened at all on that day. ", 60));
        string file = folder.Write("long.txt", $"{filler}{Guide} {filler}\n");

        (_, string output, _) = await ToolProcess.RunAsync("", "score", "How do I reset my password?", "-f", file, "--json");

        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement result = json.RootElement.GetProperty("results")[0];
        JsonElement window = result.GetProperty("bestWindow");
        string text = result.GetProperty("text").GetString()!;
        string best = text.Substring(window.GetProperty("start").GetInt32(), window.GetProperty("length").GetInt32());
        Assert.Contains("Forgot password", best, StringComparison.Ordinal);
        Assert.False(result.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task Score_ControlCharacters_DoNotReachTheTerminal()
    {
        (_, string output, _) = await ToolProcess.RunAsync("", "score", "query", "red \u001b[31m text\u0007", "--dry-run");

        Assert.Contains("red \uFFFD[31m text\uFFFD", output, StringComparison.Ordinal);
        Assert.DoesNotContain("--top", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_MoreThanTop_SaysHowManyAreNotShown()
    {
        (_, string output, _) = await ToolProcess.RunAsync("", "score", "query", "one", "two", "three", "--top", "2", "--dry-run");

        Assert.EndsWith("2 of 3 shown; --top shows more.\n", output, StringComparison.Ordinal);
    }

    public static TheoryData<string[], int, string> Mistakes => new()
    {
        { ["score"], 2, "rerank: No query was given; expected a text, as in: rerank score \"refund\" -f docs/\n" },
        { ["score", "q", typeof(ScoreTests).Assembly.Location], 2,
            $"rerank: '{typeof(ScoreTests).Assembly.Location}' is a file, and texts were expected after the query. "
                + "Write -f before each file, or -f and a folder.\n" },
        { ["score", "q", "-f", "none.txt"], 1, "rerank: 'none.txt' does not exist; expected a file, a folder, or - for standard input.\n" },
        { ["score", "q", "d", "--model", "bge"], 1,
            "rerank: The model is 'bge', which is neither a folder nor a file here, nor a name such as BAAI/bge-reranker-v2-m3. Check --model, or the name "
                + "after the command. 'rerank models list' shows names.\n" },
        { ["score", "--jsonl", "-f", "pairs.jsonl", "--json"], 2,
            "rerank: --json was given with --jsonl, whose lines are JSON already; expected one of them.\n" },
        { ["score", "q", "d", "--scorer", "local"], 2, "rerank: --scorer names a scorer of --config, which was not given; expected both, or --model.\n" },
        { ["score", "q", "d", "--config", "none.json"], 1,
            "rerank: --config is 'none.json', which does not exist; expected a file such as appsettings.json.\n" },
        { ["score", "q", "d", "--config", "a.json", "--model", "b"], 2, "rerank: --config and --model were both given; expected one of them.\n" },
        { ["score", "--jsonl", "text", "--dry-run"], 2, "rerank: Texts were given with --jsonl; expected them in the lines of --file.\n" },
        { ["score", "--jsonl", "--shard", "3/3", "--dry-run"], 2,
            "rerank: --shard is '3/3'; expected INDEX/COUNT with an index from 0 to COUNT - 1, such as $JOB_COMPLETION_INDEX/16.\n" },
        { ["score", "--jsonl", "-f", "none.jsonl", "--dry-run"], 1,
            "rerank: 'none.jsonl' does not exist; expected a file of JSON lines, or - for standard input.\n" },
        { ["score", "q", "d", "--tops", "3"], 2, "rerank: Unrecognized option '--tops'; put -- before texts that begin with --. Run 'rerank score --help'.\n" },
        { ["score", "q", "d", "--output", "o.json", "--dry-run"], 2, "rerank: --output was given without --jsonl; expected both.\n" },
        { ["score", "q", "d", "--overwrite", "--dry-run"], 2, "rerank: --overwrite was given without --jsonl; expected both.\n" },
        { ["score", "q", "d", "--shard", "0/2", "--dry-run"], 2, "rerank: --shard was given without --jsonl; expected both.\n" },
        { ["score", "--jsonl", "--overwrite", "--dry-run"], 2, "rerank: --overwrite was given without --output; expected both.\n" },
        { ["score", "--jsonl", "--top", "3", "--dry-run"], 2,
            "rerank: --top was given with --jsonl, which writes a line for a line; expected one of them.\n" },
        { ["score", "q", "d", "-n", "0", "--dry-run"], 2, "rerank: --top is '0'; expected a number from 1. Run 'rerank score --help'.\n" },
        { ["eval", "s.jsonl", "--limit", "0"], 2, "rerank: --limit is '0'; expected a number from 1. Run 'rerank eval --help'.\n" },
        { ["eval", "s.jsonl", "--relevant-from", "-1"], 2, "rerank: --relevant-from is '-1'; expected a number from 1. Run 'rerank eval --help'.\n" },
        { ["eval", "s.jsonl", "--metric", "nDCG@10", "F1"], 2,
            "rerank: --metric: 'F1' is not a metric; expected nDCG@10, RR@10, R@100, AP, hit@1, or one of them with another number from 1. "
            + "Run 'rerank eval --help'.\n" },
        { ["eval", "label", "s.jsonl", "--metric", "F1"], 2,
            "rerank: --metric: 'F1' is not a metric; expected nDCG@10, RR@10, R@100, AP, hit@1, or one of them with another number from 1. "
            + "Run 'rerank eval label --help'.\n" },
        { ["calibrate", "s.jsonl", "--precision", "1.5"], 2,
            "rerank: --precision is '1.5'; expected more than 0 and at most 1. Run 'rerank calibrate --help'.\n" },
        { ["eval", "s.jsonl", "--html", "no-such-folder/report.html"], 1,
            "rerank: --html is 'no-such-folder/report.html', whose folder does not exist; expected a file in one that does.\n" },
        { ["calibrate", "s.jsonl", "-o", "no-such-folder/c.json"], 1,
            "rerank: --output is 'no-such-folder/c.json', whose folder does not exist; expected a file in one that does.\n" },
        { ["eval", "make", "docs", "--questions", "0", "-o", "o"], 2,
            "rerank: --questions is '0'; expected a number from 1. Run 'rerank eval make --help'.\n" },
        { ["scor", "x"], 2, "rerank: Unrecognized command or argument 'scor'. Run 'rerank --help'.\n" },
        { ["frobnicate"], 2, "rerank: Unrecognized command or argument 'frobnicate'. Run 'rerank --help'.\n" },
        { ["eval", "none.jsonl"], 1,
            "rerank: 'none.jsonl' does not exist; expected a file of JSON lines, or a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.\n" },
        { ["models", "remove", "BAAI/bge-reranker-base"], 1, "rerank: Model 'BAAI/bge-reranker-base' is not here; 'rerank models list' says which are.\n" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Run_Mistake_IsOneLineAndAnExitCode(string[] arguments, int exitCode, string message)
    {
        (int code, string output, string errors) = await ToolProcess.RunAsync("", arguments);

        Assert.Equal((exitCode, "", message), (code, output, errors));
    }

    [Theory]
    [InlineData("{ \"Reranking\": {} }", "has no scorers; expected the section Reranking:Scorers, as in an application.")]
    [InlineData("{", "is not JSON: ")]
    [InlineData("{ \"Reranking\": { \"Scorers\": { \"local\": { \"Provider\": \"Onnx\" } } } }", "--scorer is 'cohere'; expected one of local, as in ")]
    [InlineData("{ \"Reranking\": { \"Scorers\": { \"cohere\": { \"Provider\": \"Onnxx\" } } } }", "Reranking:Scorers:cohere:Provider is ")]
    public async Task Run_SettingsThatDoNotDo_AreOneLineThatNamesTheSetting(string settings, string message)
    {
        using var folder = new TempFolder();

        (int code, _, string errors) = await ToolProcess.RunAsync(
            "", "score", "q", "d", "--config", folder.Write("appsettings.json", settings), "--scorer", "cohere");

        Assert.Equal(1, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("--scorer was given 2 times; expected one for this command.", "score", "q", "d", "--scorer", "a", "--scorer", "b")]
    [InlineData("--scorer was given 2 times; expected one for this command.", "calibrate", "SET", "--scorer", "a", "--scorer", "b")]
    [InlineData("--price names 'c'; expected one of a, b.", "eval", "SET", "--price", "c=2.00/search")]
    [InlineData("--price names 'b'; expected one of a.", "eval", "SET", "--scorer", "a", "--price", "b=2.00/search")]
    public async Task Run_ScorersThatWouldBeIgnored_AreRefused(string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        string settings = folder.Write(
            "appsettings.json", """{ "Reranking": { "Scorers": { "a": { "Provider": "Onnx" }, "b": { "Provider": "Onnx" } } } }""");
        string set = folder.Write("set.jsonl", """{"query": "q", "candidates": ["a", "b"], "relevant": [0]}""");

        (int code, string output, string errors) = await ToolProcess.RunAsync(
            "", [.. arguments.Select(argument => argument == "SET" ? set : argument), "--config", settings]);

        Assert.Equal((2, "", $"rerank: {message}\n"), (code, output, errors));
    }

    [Fact]
    public async Task Score_JsonWithHalfACharacter_SaysInWhichLine()
    {
        using var folder = new TempFolder();
        string file = folder.Write("half.jsonl", """
            {"text": "a"}
            {"text": "\ud800"}
            """);

        (int code, _, string errors) = await ToolProcess.RunAsync("", "score", "q", "-f", file, "--dry-run");

        Assert.Equal((1, "rerank: half.jsonl, line 2: found half of a surrogate pair in a text; expected Unicode text.\n"), (code, errors));
    }

    [Fact]
    public async Task Score_SettingsOfAnApplication_UsesItsScorer()
    {
        using var folder = new TempFolder();
        string settings = folder.Write("appsettings.json", "{ \"Reranking\": { \"Scorers\": { \"local\": { \"Provider\": \"Onnx\" } } } }");

        (int code, string output, string errors) = await ToolProcess.RunAsync(
            "", "score", "How do I reset my password?", Security, Guide, "--config", settings, "--json");

        Assert.Equal((0, ""), (code, errors));
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(Guide, json.RootElement.GetProperty("results")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Models_ListAndCheck_SayWhatThereIsAndWhatItTakes()
    {
        (int listCode, string list, _) = await ToolProcess.RunAsync("", "models", "list", "--json");
        (int checkCode, string check, string errors) = await ToolProcess.RunAsync("", "models", "check", "--json");

        Assert.Equal((0, 0, ""), (listCode, checkCode, errors));
        using JsonDocument models = JsonDocument.Parse(list);
        Assert.Contains(models.RootElement.GetProperty("models").EnumerateArray(), model => model.GetProperty("license").GetString() == "cc-by-nc-4.0");
        using JsonDocument bundled = JsonDocument.Parse(check);
        Assert.Equal("ms-marco-MiniLM-L-12-v2-int8", bundled.RootElement.GetProperty("model").GetString());
        Assert.InRange(bundled.RootElement.GetProperty("tokensPerPassage").GetDouble(), 88, 94);
        Assert.True(bundled.RootElement.GetProperty("msPer100Passages").GetDouble() > 0);
        Assert.Equal("Onnx", bundled.RootElement.GetProperty("settings").GetProperty("Provider").GetString());
    }
}

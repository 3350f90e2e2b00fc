using System.Globalization;
using Reranking.Tool.Labeling;
using Reranking.Tool.Output;
using Reranking.Tool.Tests.Support;
using Spectre.Console;

namespace Reranking.Tool.Tests.Labeling;

/// <summary>The questions of <c>rerank eval label</c>, with keys from a script and a terminal in memory.</summary>
public sealed class LabelingSessionTests
{
    private const string One = "the passage of the first system";
    private const string Two = "the passage of the second system";

    [Fact]
    public async Task Run_EachKey_JudgesWhatIsShownAtThatSide()
    {
        bool[] sides = new bool[2];
        foreach (int query in Enumerable.Range(0, 12))
        {
            foreach (char key in "12b0")
            {
                Script script = new(Plan(query, 1), key.ToString());

                await script.RunAsync();

                string row = script.Output.Split('\n').Single(line => line.Contains(One, StringComparison.Ordinal));
                bool isFirstLeft = row.IndexOf(One, StringComparison.Ordinal) < row.IndexOf(Two, StringComparison.Ordinal);
                sides[isFirstLeft ? 0 : 1] = true;
                (int first, int second) = key switch { 'b' => (1, 1), '0' => (0, 0), '1' => isFirstLeft ? (1, 0) : (0, 1), _ => isFirstLeft ? (0, 1) : (1, 0) };
                IReadOnlyDictionary<string, int> grades = Assert.Single(script.Saved)[$"q{query}"];
                Assert.Equal((first, second), (grades["a"], grades["b"]));
            }
        }

        Assert.Equal([true, true], sides);   // a side tells nothing about the system
    }

    [Fact]
    public async Task Run_SeveralAnswers_AreSavedOneByOneButNoSkip()
    {
        Script script = new(Plan(0, 5), "1 s\n2 0");

        LabelingProgress progress = await script.RunAsync();

        Assert.Equal([1, 2, 3], script.Saved.Select(saved => saved.Count));
        Assert.Equal((3, 6, 2), (script.Session.AnsweredCount, progress.JudgedDocuments, progress.LabeledQueries));
        Assert.Contains("question 1, 5 queries open", script.Output, StringComparison.Ordinal);
        Assert.Contains("question 5, 1 query open", script.Output, StringComparison.Ordinal);   // and then the keys are over
        Assert.DoesNotContain("Nothing is left to ask.", script.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QuitAndAgain_GoesOnWithWhatIsLeft()
    {
        LabelingPlan plan = Plan(0, 4);
        Script first = new(plan, "1bq1");
        await first.RunAsync();
        Script second = new(Plan(0, 4, first.Saved[^1]), "000");

        LabelingProgress progress = await second.RunAsync();

        Assert.Equal((2, 2), (first.Session.AnsweredCount, second.Session.AnsweredCount));
        Assert.StartsWith("2 of 4 queries labeled, 4 passages judged. ", second.Output, StringComparison.Ordinal);
        Assert.Contains("question 1, 2 queries open", second.Output, StringComparison.Ordinal);
        Assert.EndsWith("Nothing is left to ask.\n", second.Output, StringComparison.Ordinal);
        Assert.Equal((8, 2), (progress.JudgedDocuments, progress.LabeledQueries));
        Assert.Equal(first.Saved[^1].Count + 2, second.Saved[^1].Count);
    }

    [Fact]
    public async Task Run_NothingInDispute_SaysSo()
    {
        EvaluationDocument[] documents = [new("a", One), new("b", Two)];
        Script script = new(new LabelingPlan([Ranked("q", documents, documents)], null, "s"), "1");

        await script.RunAsync();

        Assert.Equal("There is nothing to ask: the two agree wherever it would count.\n", script.Output);
        Assert.Empty(script.Saved);
    }

    [Fact]
    public async Task Run_KeysThatAreNoAnswer_AreNamedAndAskedAgain()
    {
        Script script = new(Plan(0, 1), "x\u001bB");

        await script.RunAsync();

        Assert.Contains("'x' is not an answer here.\n'\uFFFD' is not an answer here.\n", script.Output, StringComparison.Ordinal);
        Assert.Equal([1, 1], script.Saved.Single()["q0"].Values);   // capitals count
    }

    [Fact]
    public async Task Run_OnePassageLeft_TakesNoKeyOfTheOther()
    {
        // Whichever side it is on, three of the keys are none.
        Script script = new(new LabelingPlan([Ranked("q", [new("a", One)], [new("a", One), new("b", Two)])], null, "s"), "b12");

        await script.RunAsync();

        Assert.DoesNotContain(One, script.Output, StringComparison.Ordinal);
        Assert.Contains("'b' is not an answer here.", script.Output, StringComparison.Ordinal);
        Assert.Equal([("b", 1)], script.Saved.Single()["q"].Select(grade => (grade.Key, grade.Value)));
        Assert.Matches("[12] it answers(, 0 it does not)?, ", script.Output);
    }

    [Fact]
    public async Task Run_HostileTexts_ReachTheTerminalAsTexts()
    {
        const string Hostile = "[red]no markup[/] \u001b[2J\u0007\u009b31m \u202eback\u202c";
        EvaluationDocument[] documents = [new("a", Hostile + " a\r\nsecond line"), new("b", Hostile + " b")];
        QueryRankings ranked = new(
            new EvaluationQuery { Id = "q", Text = "query " + Hostile },
            documents,
            new Dictionary<string, IReadOnlyList<EvaluationDocument>> { ["s"] = [documents[1], documents[0]] });
        Script script = new(new LabelingPlan([ranked], null, "s"), "1", names: ("a\u001b[0m", "b"));

        await script.RunAsync();

        Assert.Contains("query [red]no markup[/] \uFFFD[2J\uFFFD\uFFFD31m \uFFFDback\uFFFD", script.Output, StringComparison.Ordinal);
        Assert.Contains("second line", script.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(script.Output, c => c != '\n' && char.IsControl(c));
        Assert.DoesNotContain('\u202e', script.Output);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(69, false)]
    [InlineData(30, false)]
    public async Task Run_WidthOfTheTerminal_IsKept(int width, bool areSideBySide)
    {
        EvaluationDocument[] documents = [new("a", "left " + new string('x', 500)), new("b", "right " + string.Join(' ', Enumerable.Repeat("word", 100)))];
        Script script = new(new LabelingPlan([Ranked("q", documents, [documents[1], documents[0]])], null, "s"), "1", width);

        await script.RunAsync();

        string[] lines = script.Output.Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Equal(areSideBySide, lines.Any(line => line.Contains("left", StringComparison.Ordinal) && line.Contains("right", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_LongPassage_IsCutAndSaysByHowMuch()
    {
        string text = new string('y', 1_499) + "\ud83d\ude00" + new string('z', 499);
        EvaluationDocument[] documents = [new("a", text), new("b", "short")];
        Script script = new(new LabelingPlan([Ranked("q", documents, [documents[1], documents[0]])], null, "s"), "1");

        await script.RunAsync();

        string words = string.Join(' ', script.Output.Split((char[])['│', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("… (501 more characters)", words, StringComparison.Ordinal);
        Assert.DoesNotContain("z", script.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(script.Output, char.IsSurrogate);
    }

    [Fact]
    public async Task Run_MoreLabels_SaysHowTheIntervalShrinks()
    {
        // Eight of ten queries for one system, so that there is a spread.
        Script script = new(Plan(0, 40), string.Concat(Enumerable.Repeat("12121b2121", 4)));

        LabelingProgress progress = await script.RunAsync();

        string[] lines = [.. Unwrap(script.Output).Where(line => line.Contains("queries labeled", StringComparison.Ordinal))];
        Assert.Equal(40, lines.Length);
        Assert.EndsWith("1 of 40 queries labeled, 2 passages judged. An interval needs two labeled queries.", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^2 of 40 queries labeled, 4 passages judged\. nDCG@10 of local less bm25: [+-]?0\.\d{3}, 95 % interval ", lines[1]);
        Assert.DoesNotContain("narrower", lines[4], StringComparison.Ordinal);
        Assert.Matches(@"half-width 0\.\d{3} \(was 0\.\d{3} after 5 queries, -?\d+ ?% narrower\); about 0\.\d{3} when all are labeled\.$", lines[38]);
        Assert.DoesNotContain("when all", lines[39], StringComparison.Ordinal);
        Assert.Equal((40, 5), (progress.LabeledQueries, progress.FirstQueryCount));
        Assert.True(progress.Comparison!.Interval!.Value.HalfWidth < progress.FirstHalfWidth);
        Assert.Equal(progress.Comparison.Interval.Value.HalfWidth, progress.ExpectedHalfWidth!.Value, 12);
    }

    [Fact]
    public async Task Run_Canceled_HasSavedWhatWasAnswered()
    {
        using var source = new CancellationTokenSource();
        Script script = new(Plan(0, 5), new CancelingKeys(source, "12"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script.Session.RunAsync(source.Token));

        Assert.Equal((2, 2), (script.Session.AnsweredCount, script.Saved[^1].Count));
    }

    [Theory]
    [InlineData("docs-set", "docs-set.labels.qrels")]
    [InlineData("data/docs-set/", "data/docs-set.labels.qrels")]
    [InlineData("set.jsonl", "set.labels.qrels")]
    [InlineData("set.jsonl.gz", "set.labels.qrels")]
    public void DefaultFor_Set_IsBesideIt(string set, string expected) => Assert.Equal(expected, LabelFile.DefaultFor(set));

    [Theory]
    [InlineData("labels.qrels")]
    [InlineData("labels.qrels.gz")]
    public void LabelFile_Saved_IsReadAgainAndLeavesNothingElse(string name)
    {
        using var folder = new TempFolder();
        var file = new LabelFile(folder.PathOf(name));
        Dictionary<string, IReadOnlyDictionary<string, int>> judgments = new() { ["q1"] = new Dictionary<string, int> { ["d1"] = 1, ["d2"] = 0 } };
        Assert.Null(file.Read());

        file.Save(judgments);
        judgments["q2"] = new Dictionary<string, int> { ["d1"] = 2 };
        file.Save(judgments);

        Assert.Equal(judgments, file.Read());
        Assert.Equal([file.Path], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(file.Path)!));
    }

    [Fact]
    public void Check_IdsThatAFileCannotHold_AreRefusedBeforeAnyQuestion()
    {
        static EvaluationSet Set(string query, string candidate, string document) => new()
        {
            Name = "set",
            Queries = [new EvaluationQuery { Id = query, Text = "q", Candidates = [new(candidate, "text")] }],
            Documents = [new(document, "text")],
        };

        LabelFile.Check(Set("q1", "d1", "d2"));
        foreach ((string query, string candidate, string what) in new[]
        {
            ("q 1", "d1", "query 'q 1' or one of its candidates"), ("", "d1", "query '' or one of its candidates"),
            ("q1", "d\t1", "query 'q1' or one of its candidates"),
        })
        {
            Assert.Equal(
                $"The id of {what} is empty or has white space, which a qrels file can't hold; expected ids of one word each.",
                Assert.Throws<ToolException>(() => LabelFile.Check(Set(query, candidate, "d2"))).Message);
        }

        Assert.StartsWith(
            "The id of a document of the corpus is empty", Assert.Throws<ToolException>(() => LabelFile.Check(Set("q1", "d1", "d 2"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Printable_WhatControlsATerminal_IsShown()
    {
        string[] commands = ["\u0000", "\u001b", "\u007f", "\u0085", "\u009b", "\u200e", "\u200f", "\u061c", "\u2028", "\u202a", "\u202e", "\u2066", "\u2069"];

        Assert.All(commands, command => Assert.Equal("a\uFFFDb", Terminal.Printable($"a{command}b")));
        Assert.Equal("a b c d\u00e4\u05d0\ud83d\ude00", Terminal.Printable("a\tb\nc\rd\u00e4\u05d0\ud83d\ude00"));
    }

    // A terminal breaks lines at its width.
    private static IEnumerable<string> Unwrap(string output) => output
        .Replace("\n", " ", StringComparison.Ordinal)
        .Split(["s skip, q save and quit ", "──"], StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Trim());

    private static LabelingPlan Plan(int from, int count, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? judgments = null)
    {
        EvaluationDocument[] documents = [new("a", One), new("b", Two)];
        return new LabelingPlan(
            Enumerable.Range(from, count).Select(i => Ranked($"q{i}", documents, [documents[1], documents[0]])), null, "s", judgments);
    }

    private static QueryRankings Ranked(string id, EvaluationDocument[] first, EvaluationDocument[] second) => new(
        new EvaluationQuery { Id = id, Text = $"query {id}" }, first, new Dictionary<string, IReadOnlyList<EvaluationDocument>> { ["s"] = second });

    private sealed class Script
    {
        private readonly StringWriter _output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

        public Script(LabelingPlan plan, string keys, int width = 120, (string First, string Second)? names = null)
            : this(plan, new ReaderKeySource(new StringReader(keys)), width, names)
        {
        }

        public Script(LabelingPlan plan, IKeySource keys, int width = 120, (string First, string Second)? names = null)
        {
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(_output),
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
            });
            console.Profile.Width = width;
            Session = new LabelingSession(plan, keys, new LabelingView(console, names ?? ("bm25", "local")), Saved.Add);
        }

        public LabelingSession Session { get; }

        public List<IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>> Saved { get; } = [];

        public string Output => _output.ToString();

        public Task<LabelingProgress> RunAsync() => Session.RunAsync(CancellationToken.None);
    }

    private sealed class CancelingKeys(CancellationTokenSource source, string keys) : IKeySource
    {
        private int _next;

        public Task<char?> ReadAsync(CancellationToken cancellationToken)
        {
            if (_next == keys.Length)
            {
                source.Cancel();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return Task.FromResult<char?>(keys[_next++]);
        }
    }
}

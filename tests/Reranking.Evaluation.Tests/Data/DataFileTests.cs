using CsCheck;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Data;

public sealed class DataFileTests
{
    private static readonly string[] Names = ["set.jsonl", "set.jsonl.gz"];

    [Fact]
    public void JsonLines_AnySet_ComesBackAsItWas() => Sets.Sample(set =>
    {
        using var folder = new TempFolder();
        foreach (string name in Names)
        {
            set.Save(folder.PathOf(name));
            Same(set, EvaluationSet.Load(folder.PathOf(name)));
        }
    }, iter: 30);

    [Fact]
    public void Beir_AnySet_ComesBackAsItWas() => Sets.Sample(set =>
    {
        using var folder = new TempFolder();
        var beir = new EvaluationSet
        {
            Name = "corpus",
            Queries = [.. set.Queries.Select(query => new EvaluationQuery { Id = query.Id, Text = query.Text, Grades = query.Grades })],
            Documents =
            [
                .. from query in set.Queries
                   from candidate in query.Candidates!
                   select new EvaluationDocument(query.Id + candidate.Id, candidate.Text),
            ],
            IsWeaklyLabeled = set.IsWeaklyLabeled,
            GeneratedBy = set.GeneratedBy,
        };
        if (beir.Documents.Count > 0)
        {
            beir.Save(folder.PathOf("corpus"), "dev");
            EvaluationSet read = EvaluationSet.Load(folder.PathOf("corpus"), "dev");
            Same(beir, read);
            Assert.Equal(beir.Documents, read.Documents);
        }
    }, iter: 30);

    [Fact]
    public void JsonLines_FormsPeopleHave_AreUnderstood()
    {
        using var folder = new TempFolder();
        string path = folder.Write("set.jsonl", """
            {"id": 7, "query": "one", "candidates": ["a", {"text": "b"}, {"id": "x", "text": "c", "score": 1.5}], "relevant": [1, "x"]}

            {"qid": "q2", "query": "two", "candidates": [{"docid": "5", "text": "d"}], "qrels": {"5": 3, "9": 0}}
            {"query": "three", "candidates": [{"id": "3", "text": "e"}, {"id": "0", "text": "f"}], "relevant": 3}
            {"query": "four", "relevant": {"d1": true}}
            """);

        EvaluationSet set = EvaluationSet.Load(path);

        Assert.Equal("set", set.Name);
        Assert.Equal(["7", "q2", "4", "5"], set.Queries.Select(query => query.Id));   // the line's number where there is no id
        Assert.Equal(["0", "1", "x"], set.Queries[0].Candidates!.Select(candidate => candidate.Id));
        Assert.Equal([("1", 1), ("x", 1)], Grades(set.Queries[0]));
        Assert.Equal(1.5, set.Queries[0].Candidates![2].Score);
        Assert.Equal([("5", 3), ("9", 0)], Grades(set.Queries[1]));
        Assert.Equal([("3", 1)], Grades(set.Queries[2]));   // an id goes before a position
        Assert.Null(set.Queries[3].Candidates);
        Assert.Equal([("d1", 1)], Grades(set.Queries[3]));
    }

    [Theory]
    [InlineData("{\"query\": 1", "line 1: found no JSON at character 12; expected one JSON object a line.")]
    [InlineData("[]", "line 1: found a JSON Array; expected one JSON object a line.")]
    [InlineData("{\"query\": \"\\uD800\"}", "line 1: found half of a surrogate pair in a text; expected Unicode text.")]
    [InlineData("{\"\\uDC00\": 1, \"query\": \"q\"}", "line 1: found half of a surrogate pair in a text; expected Unicode text.")]
    [InlineData(
        "{\"query\": \"\\uD83D\\uDE00\", \"candidates\": [{\"text\": \"\\uD800\"}]}",
        "line 1: found half of a surrogate pair in a text; expected Unicode text.")]
    [InlineData("{\"id\": \"1\"}", "line 1: found no 'query'; expected it, as a text.")]
    [InlineData("{\"query\": [\"secret words\"]}", "line 1: found 'query' as a JSON Array; expected a text.")]
    [InlineData("{\"query\": \"a\", \"id\": 1}\n{\"query\": \"b\", \"id\": 1}", "line 2: found query '1' for the second time; expected each query once.")]
    [InlineData(
        "{\"query\": \"a\", \"candidates\": {}}",
        "line 1: found 'candidates' as a JSON Object; expected an array of texts, or of objects with id and text.")]
    [InlineData("{\"query\": \"a\", \"candidates\": [3]}", "line 1: found a JSON Number in candidate 1; expected a text, or an object with id and text.")]
    [InlineData("{\"query\": \"a\", \"candidates\": [{}]}", "line 1: found no 'text' in candidate 1; expected a text, or an object with id and text.")]
    [InlineData(
        "{\"query\": \"a\", \"candidates\": [{\"id\": 1, \"text\": \"\"}, {\"id\": 1, \"text\": \"\"}]}",
        "line 1: found candidate '1' for the second time; expected each candidate once a query.")]
    [InlineData(
        "{\"query\": \"a\", \"relevant\": {\"d\": \"high\"}}",
        "line 1: found a grade in 'relevant' as a JSON String; expected a whole number, 0 for not relevant.")]
    [InlineData(
        "{\"query\": \"a\", \"candidates\": [\"b\"], \"relevant\": [1]}",
        "line 1: found position 1 in 'relevant'; expected an id, or a position from 0 to 0.")]
    public void JsonLines_WrongLine_SaysWhereAndWhatButNoText(string text, string expected)
    {
        using var folder = new TempFolder();
        string path = folder.Write("set.jsonl", text);

        Assert.Equal($"{path}, {expected}", Assert.Throws<InvalidDataException>(() => EvaluationSet.Load(path)).Message);
    }

    [Theory]
    [InlineData("q 0 d", "found 3 columns; expected 4: query, 0, document and grade, parted by white space.")]
    [InlineData("q 0 d 1.5", "found the grade '1.5'; expected a whole number, 0 for not relevant.")]
    [InlineData("q 0 d some-very-long-value-of-somebody", "found the grade a text of 32 characters; expected a whole number, 0 for not relevant.")]
    [InlineData("\nq 0 d 1\nq 0 d 2", "found document 'd' for the second time; expected each document once a query.", 3)]
    public void Qrels_WrongLine_SaysWhereAndWhat(string text, string expected, int line = 1)
    {
        using var folder = new TempFolder();
        string path = folder.Write("qrels", text);

        Assert.Equal($"{path}, line {line}: {expected}", Assert.Throws<InvalidDataException>(() => TrecQrels.Read(path)).Message);
    }

    [Theory]
    [InlineData("q Q0 d 1 2", "found 5 columns; expected 6: query, Q0, document, rank, score and tag, parted by white space.")]
    [InlineData("q Q0 d 1 high tag", "found the score 'high'; expected a finite number.")]
    [InlineData("q Q0 d 1 NaN tag", "found the score 'NaN'; expected a finite number.")]
    [InlineData("q Q0 d 1 1 t\nq Q0 d 2 0 t", "found document 'd' for the second time; expected each document once a query.", 2)]
    public void Run_WrongLine_SaysWhereAndWhat(string text, string expected, int line = 1)
    {
        using var folder = new TempFolder();
        string path = folder.Write("run", text);

        Assert.Equal($"{path}, line {line}: {expected}", Assert.Throws<InvalidDataException>(() => TrecRun.Read(path)).Message);
    }

    [Fact]
    public void Files_EmptyMissingOrNoGzip_SayWhatIsExpected()
    {
        using var folder = new TempFolder();
        string empty = folder.Write("empty.jsonl", "\n");
        string zip = folder.Write("text.jsonl.gz", "{}");
        string beir = folder.Write("beir/corpus.jsonl", "{\"_id\": \"d\", \"text\": \"t\"}");

        Assert.Equal($"{empty}: found no query; expected one or more.", Assert.Throws<InvalidDataException>(() => EvaluationSet.Load(empty)).Message);
        Assert.Equal($"{empty}: found no line; expected a run of one or more.", Assert.Throws<InvalidDataException>(() => TrecRun.Read(empty)).Message);
        Assert.Equal($"{empty}: found no judgment; expected one or more.", Assert.Throws<InvalidDataException>(() => TrecQrels.Read(empty)).Message);
        Assert.StartsWith(
            $"{zip}, line 1: found no gzip data;", Assert.Throws<InvalidDataException>(() => EvaluationSet.Load(zip)).Message, StringComparison.Ordinal);
        Assert.Equal(
            $"'{folder.PathOf("none")}' does not exist; expected a file of JSON lines, or a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.",
            Assert.Throws<FileNotFoundException>(() => EvaluationSet.Load(folder.PathOf("none"))).Message);
        Assert.StartsWith(
            $"'{Path.Combine(folder.PathOf("beir"), "qrels", "test.tsv")}' does not exist;",
            Assert.Throws<FileNotFoundException>(() => EvaluationSet.Load(Path.GetDirectoryName(beir)!)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Beir_QueriesOfOtherSplitsAndTitles_AreReadAsBeirDoes()
    {
        using var folder = new TempFolder();
        folder.Write(
            "nf/corpus.jsonl", "{\"_id\": \"d1\", \"title\": \"Title\", \"text\": \"text\"}\n{\"_id\": \"d2\", \"title\": \"\", \"text\": \"text\"}\n");
        folder.Write("nf/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"one\"}\n{\"_id\": \"q2\", \"text\": \"two\", \"metadata\": {}}\n");
        folder.Write("nf/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq2\td1\t1\nq2\td2\t2\n");

        EvaluationSet set = EvaluationSet.Load(folder.PathOf("nf"));

        Assert.Equal(["Title text", "text"], set.Documents.Select(document => document.Text));
        EvaluationQuery query = Assert.Single(set.Queries);
        Assert.Equal(("q2", "two"), (query.Id, query.Text));
        Assert.Equal([("d1", 1), ("d2", 2)], Grades(query));
        Assert.False(set.IsWeaklyLabeled);
    }

    [Fact]
    public void Beir_UnjudgedQueriesIncluded_AreReadWithAndWithoutASplit()
    {
        using var folder = new TempFolder();
        folder.Write("nf/corpus.jsonl", "{\"_id\": \"d1\", \"text\": \"text\"}\n");
        folder.Write("nf/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"one\"}\n{\"_id\": \"q2\", \"text\": \"two\"}\n");

        EvaluationSet without = EvaluationSet.Load(folder.PathOf("nf"), includeUnjudged: true);
        folder.Write("nf/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq2\td1\t1\n");
        EvaluationSet with = EvaluationSet.Load(folder.PathOf("nf"), includeUnjudged: true);

        Assert.Equal([("q1", 0), ("q2", 0)], without.Queries.Select(query => (query.Id, query.Grades.Count)));
        Assert.Equal([("q1", 0), ("q2", 1)], with.Queries.Select(query => (query.Id, query.Grades.Count)));
        Assert.Equal(["q2"], EvaluationSet.Load(folder.PathOf("nf")).Queries.Select(query => query.Id));

        // A file that is there and wrong is not a missing one.
        folder.Write("nf/qrels/test.tsv", "q2\td1\n");
        Assert.Throws<InvalidDataException>(() => EvaluationSet.Load(folder.PathOf("nf"), includeUnjudged: true));
    }

    [Fact]
    public void Beir_WrittenOverAGeneratedSet_HasTheMarksOfTheNewOne()
    {
        using var folder = new TempFolder();
        EvaluationSet Make(bool weak, string? model) => new()
        {
            Name = "set",
            Documents = [new("d1", "text")],
            Queries = [new EvaluationQuery { Id = "q1", Text = "one", Grades = new Dictionary<string, int> { ["d1"] = 1 } }],
            IsWeaklyLabeled = weak,
            GeneratedBy = model,
        };

        Make(weak: true, "model\u00e9 1").Save(folder.PathOf("set"));
        EvaluationSet generated = EvaluationSet.Load(folder.PathOf("set"));
        Make(weak: false, null).Save(folder.PathOf("set"));
        EvaluationSet plain = EvaluationSet.Load(folder.PathOf("set"));

        Assert.Equal((true, "model\u00e9 1"), (generated.IsWeaklyLabeled, generated.GeneratedBy));
        Assert.Equal((false, null), (plain.IsWeaklyLabeled, plain.GeneratedBy));
    }

    [Fact]
    public void WithJudgments_OfPeople_AreNoWeakOnes()
    {
        var set = new EvaluationSet
        {
            Name = "set",
            Queries = [new EvaluationQuery { Id = "q1", Text = "one" }],
            IsWeaklyLabeled = true,
            GeneratedBy = "model",
        };
        Dictionary<string, IReadOnlyDictionary<string, int>> judgments = new() { ["q1"] = new Dictionary<string, int> { ["d1"] = 1 } };

        Assert.Equal((false, "model"), (set.WithJudgments(judgments).IsWeaklyLabeled, set.WithJudgments(judgments).GeneratedBy));
        Assert.Equal((true, "model"), (set.WithQueries([]).IsWeaklyLabeled, set.WithQueries([]).GeneratedBy));
        Assert.Throws<ArgumentNullException>(() => set.WithQueries(null!));
    }

    [Fact]
    public void TrecFiles_WrittenAndRead_AreTheSame()
    {
        using var folder = new TempFolder();
        var run = new TrecRun(new Dictionary<string, IReadOnlyList<TrecRunEntry>>
        {
            ["q1"] = [new("d2", 0.1 + 0.2), new("d1", -3)],
            ["q2"] = [new("d9", 1e-300)],
        });
        Dictionary<string, IReadOnlyDictionary<string, int>> judgments = new() { ["q1"] = new Dictionary<string, int> { ["d1"] = 2, ["d2"] = 0 } };

        run.Write(folder.PathOf("run.gz"), "bm25");
        TrecQrels.Write(folder.PathOf("qrels"), judgments);

        Assert.Equal(run.Queries, TrecRun.Read(folder.PathOf("run.gz")).Queries);
        Assert.Equal(judgments, TrecQrels.Read(folder.PathOf("qrels")));
        Assert.Equal("q1 0 d1 2\nq1 0 d2 0\n", File.ReadAllText(folder.PathOf("qrels")));
        Assert.Equal(
            "The tag a text of 8 characters can't stand in a TREC file; expected one word without white space. (Parameter 'tag')",
            Assert.Throws<ArgumentException>(() => run.Write(folder.PathOf("run"), "my bm 25")).Message);
    }

    [Fact]
    public void Run_Ties_KeepTheGivenOrderAndTellTheDifference()
    {
        using var folder = new TempFolder();
        TrecRun run = TrecRun.Read(folder.Write("run", "q1 Q0 d1 1 2 t\nq1 Q0 d2 2 2 t\nq2 Q0 d1 1 5 t\nq2 Q0 d2 2 4 t\n"));

        Assert.Equal(["d1", "d2"], run.Queries["q1"].Select(entry => entry.DocumentId));
        Assert.Equal(1, run.ReorderedQueryCount);
        Assert.Equal(["d2", "d1"], run.InTrecEvalOrder().Queries["q1"].Select(entry => entry.DocumentId));   // in ties the id, descending
        Assert.Equal(["d1", "d2"], run.InTrecEvalOrder().Queries["q2"].Select(entry => entry.DocumentId));
    }

    [Fact]
    public void WithRun_RunAndJudgments_TakeTheTextsOfTheCorpus()
    {
        var set = new EvaluationSet
        {
            Name = "set",
            Queries = [new EvaluationQuery { Id = "q1", Text = "one" }, new EvaluationQuery { Id = "q2", Text = "two" }],
            Documents = [new("d1", "first"), new("d2", "second")],
        };
        var run = new TrecRun(new Dictionary<string, IReadOnlyList<TrecRunEntry>> { ["q2"] = [new("d2", 3), new("d1", 2)] });

        EvaluationSet with = set.WithJudgments(new Dictionary<string, IReadOnlyDictionary<string, int>> { ["q2"] = new Dictionary<string, int> { ["d1"] = 1 } })
            .WithRun(run);

        EvaluationQuery query = Assert.Single(with.Queries);
        Assert.Equal(["second", "first"], query.Candidates!.Select(candidate => candidate.Text));
        Assert.Equal(
            "The run names document 'd3' for query 'q2', which set 'set' does not have. Take the run and the corpus of the same collection.",
            Assert.Throws<InvalidDataException>(
                () => set.WithRun(new TrecRun(new Dictionary<string, IReadOnlyList<TrecRunEntry>> { ["q2"] = [new("d3", 1)] }))).Message);
    }

    private static Gen<EvaluationSet> Sets
    {
        get
        {
            Gen<string> text = Gen.String[Gen.Char.AlphaNumeric, 0, 20].Select(word => word + " \"ä\u2028\ud83d\ude00<\t\n ");
            Gen<EvaluationDocument[]> candidates = Gen
                .Select(text, Gen.Double[-5, 5], (words, score) => (words, score: score < 0 ? (double?)null : score)).Array[0, 5]
                .Select(all => all.Select((one, index) => new EvaluationDocument($"d{index}", one.words) { Score = one.score }).ToArray());
            return Gen.Select(Gen.Select(text, candidates, Gen.Int[0, 3].Array[1, 4]).Array[1, 5], Gen.Bool, (queries, weak) => new EvaluationSet
            {
                Name = "set",
                IsWeaklyLabeled = weak,
                GeneratedBy = weak && queries.Length % 2 == 0 ? "model:1" : null,
                Queries =
                [
                    .. queries.Select((query, index) => new EvaluationQuery
                    {
                        Id = $"q{index}",
                        Text = query.Item1,
                        Candidates = query.Item2,
                        Grades = query.Item3.Select((grade, number) => (grade, number)).ToDictionary(grade => $"d{grade.number}", grade => grade.grade),
                    }),
                ],
            });
        }
    }

    private static void Same(EvaluationSet expected, EvaluationSet actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal((expected.IsWeaklyLabeled, expected.GeneratedBy), (actual.IsWeaklyLabeled, actual.GeneratedBy));
        Assert.Equal(expected.Queries.Select(query => (query.Id, query.Text)), actual.Queries.Select(query => (query.Id, query.Text)));
        Assert.Equal(expected.Queries.Select(query => query.Candidates), actual.Queries.Select(query => query.Candidates));
        Assert.Equal(expected.Queries.Select(Grades), actual.Queries.Select(Grades));
    }

    private static (string Id, int Grade)[] Grades(EvaluationQuery query) => [.. query.Grades.Select(grade => (grade.Key, grade.Value))];
}

using System.Globalization;
using CsCheck;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Labeling;

public sealed class LabelingPlanTests
{
    private static readonly LabelingAnswer[] Answers = Enum.GetValues<LabelingAnswer>();

    // Up to 5 queries, two orders of up to 12 documents, and what a person would say of each.
    private static Gen<Case> Cases => Gen.Select(
        Gen.Int[1, 12].SelectMany(count => Gen.Select(Gen.Shuffle(Ids(count)), Gen.Shuffle(Ids(count)), Gen.Bool.Array[count])).Array[1, 5],
        Gen.OneOf("nDCG@3", "nDCG@10", "RR@10", "R@5", "AP", "hit@1"),
        Gen.Int[1, 2],
        static (queries, metric, relevantFrom) => new Case(queries, RankingMetric.Parse(metric), relevantFrom));

    [Fact]
    public void Next_UntilNothingIsLeft_AsksEachDocumentOnceAndLeavesNoneThatCounts() => Cases.Sample(static sample =>
    {
        LabelingPlan plan = sample.Plan();
        HashSet<(string Query, string Document)> asked = [];
        while (plan.Next() is { } question)
        {
            Assert.Same(question, plan.Next());
            Assert.InRange(question.Change, 1e-9, 2);
            QueryRankings of = sample.Rankings.Single(ranked => ranked.Query == question.Query);
            foreach (EvaluationDocument document in new[] { question.First, question.Second }.OfType<EvaluationDocument>())
            {
                Assert.Contains(document, sample.Disputed(of));
                Assert.True(asked.Add((question.Query.Id, document.Id)), "A document was asked about twice.");
            }

            plan.Judge(question, sample.Answer(question));
        }

        Assert.Equal(0, plan.OpenQueryCount);
        foreach (QueryRankings ranked in sample.Rankings)
        {
            // What was not asked would not change the difference, whatever a person said.
            IReadOnlyDictionary<string, int> grades = plan.Judgments.GetValueOrDefault(ranked.Query.Id) ?? new Dictionary<string, int>();
            double now = sample.Difference(ranked, grades);
            foreach (EvaluationDocument document in sample.Disputed(ranked).Where(document => !grades.ContainsKey(document.Id)))
            {
                Assert.Equal(now, sample.Difference(ranked, new Dictionary<string, int>(grades) { [document.Id] = sample.RelevantFrom }), 8);
            }
        }
    }, iter: 200);

    [Fact]
    public void Next_AnyState_AsksWhatChangesTheComparisonTheMost() => Cases.Sample(static sample =>
    {
        LabelingPlan plan = sample.Plan();
        for (int i = 0; i < 3 && plan.Next() is { } question; i++)
        {
            Assert.Equal(question.Change, Spread(question), 8);
            foreach (QueryRankings ranked in sample.Rankings)
            {
                // No single document of any query says more than the two that are asked about together.
                IReadOnlyDictionary<string, int> grades = plan.Judgments.GetValueOrDefault(ranked.Query.Id) ?? new Dictionary<string, int>();
                double now = sample.Difference(ranked, grades);
                Assert.All(sample.Disputed(ranked).Where(document => !grades.ContainsKey(document.Id)), document => Assert.InRange(
                    Math.Abs(sample.Difference(ranked, new Dictionary<string, int>(grades) { [document.Id] = sample.RelevantFrom }) - now),
                    0,
                    question.Change + 1e-9));
            }

            plan.Judge(question, sample.Answer(question));
        }

        double Spread(LabelingQuestion question)
        {
            QueryRankings ranked = sample.Rankings.Single(ranked => ranked.Query == question.Query);
            double[] differences = [.. Answers.Select(answer =>
            {
                Dictionary<string, int> grades = new(plan.Judgments.GetValueOrDefault(question.Query.Id) ?? new Dictionary<string, int>());
                Grade(grades, question.First, answer is LabelingAnswer.First or LabelingAnswer.Both);
                Grade(grades, question.Second, answer is LabelingAnswer.Second or LabelingAnswer.Both);
                return sample.Difference(ranked, grades);
            })];
            return differences.Max() - differences.Min();
        }

        void Grade(Dictionary<string, int> grades, EvaluationDocument? document, bool isRelevant)
        {
            if (document is not null)
            {
                grades[document.Id] = isRelevant ? sample.RelevantFrom : 0;
            }
        }
    }, iter: 200);

    [Fact]
    public void Judgments_GivenToANewPlan_GoOnWithTheSameQuestions() => Cases.Sample(static sample =>
    {
        LabelingPlan plan = sample.Plan();
        for (int i = 0; i < 4 && plan.Next() is { } question; i++)
        {
            plan.Judge(question, sample.Answer(question));
        }

        LabelingPlan resumed = sample.Plan(plan.Judgments);

        Assert.Equal(plan.Next(), resumed.Next());
        Assert.Equal(plan.Compare(), resumed.Compare());
        Assert.Equal((plan.LabeledQueryCount, plan.OpenQueryCount), (resumed.LabeledQueryCount, resumed.OpenQueryCount));
    }, iter: 100);

    [Fact]
    public void Compare_AfterJudging_IsWhatAnEvaluationOfTheJudgmentsSays() => Cases.Sample(static sample =>
    {
        LabelingPlan plan = sample.Plan();
        while (plan.Next() is { } question)
        {
            plan.Judge(question, sample.Answer(question));
        }

        (double First, double Second)[] values =
        [
            .. from ranked in sample.Rankings
               let grades = plan.Judgments.GetValueOrDefault(ranked.Query.Id) ?? new Dictionary<string, int>()
               let first = sample.Metric.Compute([.. ranked.FirstStage.Select(document => document.Id)], grades, sample.RelevantFrom)
               let second = sample.Metric.Compute([.. ranked.Scorers["s"].Select(document => document.Id)], grades, sample.RelevantFrom)
               where first is not null && second is not null
               select (first.Value, second.Value),
        ];
        Assert.Equal(values.Length, plan.LabeledQueryCount);
        PairedComparison? comparison = plan.Compare();
        Assert.Equal(values.Length == 0, comparison is null);
        if (comparison is not null)
        {
            Assert.Equal(PairedComparison.Compare([.. values.Select(value => value.First)], [.. values.Select(value => value.Second)]), comparison);
            double? expected = comparison.Interval?.HalfWidth * Math.Sqrt((double)values.Length / sample.Rankings.Count);
            Assert.Equal(expected, plan.ExpectHalfWidth(comparison));
        }
    }, iter: 50);

    [Fact]
    public void Next_SystemsThatAgree_AsksNothing()
    {
        EvaluationDocument[] documents = Documents(8);
        var plan = new LabelingPlan([Ranked("q1", documents, documents), Ranked("q2", documents, documents)], null, "s");

        Assert.Null(plan.Next());
        Assert.Equal((2, 0, 0), (plan.QueryCount, plan.OpenQueryCount, plan.LabeledQueryCount));
        Assert.Null(plan.Compare());
        Assert.Empty(plan.Judgments);
    }

    [Fact]
    public void Next_TopPlacesFirst_ThenThoseBelow()
    {
        EvaluationDocument[] documents = Documents(10);
        EvaluationDocument[] low = [.. documents[..8], documents[9], documents[8]];                    // they differ at the ninth place
        EvaluationDocument[] high = [documents[1], documents[0], .. documents[2..]];                   // at the first
        var plan = new LabelingPlan([Ranked("low", documents, low), Ranked("high", documents, high)], null, "s");

        LabelingQuestion first = plan.Next()!;
        Assert.Equal(("high", "d0", "d1"), (first.Query.Id, first.First!.Id, first.Second!.Id));
        plan.Judge(first, LabelingAnswer.Second);
        LabelingQuestion second = plan.Next()!;
        Assert.Equal(("low", "d8", "d9"), (second.Query.Id, second.First!.Id, second.Second!.Id));
        plan.Judge(second, LabelingAnswer.Both);

        Assert.Null(plan.Next());
        Assert.Equal(
            [("low", "d8", 1), ("low", "d9", 1), ("high", "d0", 0), ("high", "d1", 1)],
            plan.Judgments.SelectMany(query => query.Value.Select(grade => (query.Key, grade.Key, grade.Value))));
        PairedComparison comparison = plan.Compare()!;
        Assert.Equal((1 - (1 / Math.Log2(3))) / 2, comparison.Difference, 12);
        Assert.Equal((1, 0, 1), (comparison.BetterCount, comparison.WorseCount, comparison.EqualCount));
    }

    [Fact]
    public void Next_OneSystemFoundMore_AsksOfOneDocument()
    {
        EvaluationDocument[] documents = Documents(3);
        var plan = new LabelingPlan([Ranked("q", [documents[0]], [documents[0], documents[1]])], null, "s");

        LabelingQuestion question = plan.Next()!;

        Assert.Equal((null, "d1"), (question.First, question.Second!.Id));
        plan.Judge(question, LabelingAnswer.Neither);
        Assert.Equal([("d1", 0)], plan.Judgments["q"].Select(grade => (grade.Key, grade.Value)));
        Assert.Null(plan.Next());
    }

    [Fact]
    public void Skip_Question_IsNotAskedAgainAndJudgesNothing()
    {
        EvaluationDocument[] documents = Documents(4);
        QueryRankings ranked = Ranked("q", documents, [documents[1], documents[0], documents[3], documents[2]]);
        var plan = new LabelingPlan([ranked], null, "s");
        LabelingQuestion first = plan.Next()!;

        plan.Skip(first);

        LabelingQuestion second = plan.Next()!;
        Assert.Equal(("d2", "d3"), (second.First!.Id, second.Second!.Id));
        plan.Skip(second);
        Assert.Null(plan.Next());
        Assert.Empty(plan.Judgments);
        Assert.Equal(first, new LabelingPlan([ranked], null, "s").Next());   // another session asks again
    }

    [Fact]
    public void Constructor_ScorersAndFailures_ChoosesTheTwo()
    {
        EvaluationDocument[] documents = Documents(2);
        EvaluationDocument[] reversed = [.. documents.Reverse()];
        var query = new EvaluationQuery { Id = "q", Text = "q", Grades = new Dictionary<string, int> { ["d0"] = 3 } };
        QueryRankings both = new(query, documents, new Dictionary<string, IReadOnlyList<EvaluationDocument>> { ["a"] = reversed, ["b"] = documents });
        QueryRankings failed = new(
            new EvaluationQuery { Id = "failed", Text = "q" }, documents, new Dictionary<string, IReadOnlyList<EvaluationDocument>> { ["b"] = reversed });

        var plan = new LabelingPlan([both, failed], "a", "b");

        Assert.Equal(1, plan.QueryCount);
        Assert.Equal(1 - (1 / Math.Log2(3)), plan.Compare()!.Difference, 12);   // by the grades of the query
        Assert.Equal("d1", plan.Next()!.First!.Id);
        Assert.Equal(2, new LabelingPlan([both, failed], null, "b").QueryCount);
        Assert.Equal(
            "No query was answered by both 'the first stage' and 'c'; expected one or more. (Parameter 'rankings')",
            Assert.Throws<ArgumentException>(() => new LabelingPlan([both, failed], null, "c")).Message);
        Assert.Throws<ArgumentException>(() => new LabelingPlan([], null, "b"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LabelingPlan([both], null, "b", relevantFrom: 0));
        Assert.Throws<ArgumentNullException>(() => new LabelingPlan(null!, null, "b"));
    }

    [Fact]
    public void Judge_QuestionOfAnotherStateOrAnswerThatIsNone_IsRefused()
    {
        EvaluationDocument[] documents = Documents(2);
        var plan = new LabelingPlan([Ranked("q", documents, [.. documents.Reverse()])], null, "s");
        LabelingQuestion question = plan.Next()!;

        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Judge(question, (LabelingAnswer)9));
        plan.Judge(question, LabelingAnswer.First);

        Assert.Equal(
            "The question is none that this plan asks now; expected what Next() returned. (Parameter 'question')",
            Assert.Throws<ArgumentException>(() => plan.Judge(question, LabelingAnswer.First)).Message);
        Assert.Throws<ArgumentException>(() => plan.Skip(question));
        Assert.Throws<ArgumentNullException>(() => plan.Skip(null!));
    }

    [Fact]
    public void Plan_AgainstRandomOrder_NeedsFewerAnswersForTheSameInterval()
    {
        // The second system is better; a person knows the one right document of each query.
        var random = new Random(4);
        QueryRankings[] rankings =
        [
            .. Enumerable.Range(0, 60).Select(i =>
            {
                EvaluationDocument[] first = Documents(20);
                random.Shuffle(first);
                EvaluationDocument[] second = [.. first];
                int right = Array.FindIndex(second, document => document.Id == "d0");
                int better = random.Next(Math.Min(right + 2, second.Length));
                (second[right], second[better]) = (second[better], second[right]);
                return Ranked($"q{i}", first, second);
            }),
        ];
        var plan = new LabelingPlan(rankings, null, "s");
        for (int answers = 0; answers < 60 && plan.Next() is { } question; answers++)
        {
            LabelingAnswer answer = question.First?.Id == "d0" ? LabelingAnswer.First
                : question.Second?.Id == "d0" ? LabelingAnswer.Second
                : LabelingAnswer.Neither;
            plan.Judge(question, answer);
        }

        PairedComparison all = PairedComparison.Compare(
            [.. rankings.Select(ranked => Value(ranked.FirstStage))], [.. rankings.Select(ranked => Value(ranked.Scorers["s"]))]);
        PairedComparison comparison = plan.Compare()!;
        Assert.False(all.Interval!.Value.IncludesZero);
        Assert.False(comparison.Interval!.Value.IncludesZero);   // 60 answers of 2 documents, where all are 1,200
        Assert.True(plan.LabeledQueryCount >= 30, $"{plan.LabeledQueryCount} queries are labeled.");

        static double Value(IReadOnlyList<EvaluationDocument> ranking) =>
            RankingMetric.NdcgAt10.Compute([.. ranking.Select(document => document.Id)], new Dictionary<string, int> { ["d0"] = 1 })!.Value;
    }

    [Fact]
    public async Task RankAsync_JudgedAndUnjudgedQueries_AreRankedByAllThatAnswered()
    {
        using var longest = new StubScorer(static (_, document) => document.Length);
        using var flaky = new StubScorer(static (_, document) => -document.Length)
        {
            Fail = static call => call == 2 ? new RelevanceScoringException("The server is away.") : null,
        };
        var set = new EvaluationSet
        {
            Name = "set",
            Queries = [.. Enumerable.Range(0, 3).Select(i => new EvaluationQuery
            {
                Id = $"q{i}", Text = "q", Candidates = [new("a", "x"), new("b", "xxx"), new("c", "xx"), new("d", "xxxx")],
            })],
        };
        var evaluation = new RerankingEvaluation(
            set, FirstStage.Given(), [new("longest", longest), new("flaky", flaky)], new RerankingEvaluationOptions { CandidateCounts = [3] });
        List<EvaluationProgress> progress = [];

        IReadOnlyList<QueryRankings> rankings = await evaluation.RankAsync(new ListProgress(progress));

        Assert.Equal(["q0", "q1", "q2"], rankings.Select(ranked => ranked.Query.Id));
        Assert.All(rankings, ranked => Assert.Equal(["a", "b", "c"], ranked.FirstStage.Select(document => document.Id)));
        Assert.All(rankings, ranked => Assert.Equal(["b", "c", "a"], ranked.Scorers["LONGEST"].Select(document => document.Id)));
        Assert.Equal([true, false, true], rankings.Select(ranked => ranked.Scorers.ContainsKey("flaky")));
        Assert.Equal([new(1, 3, 6), new(2, 3, 12), new(3, 3, 18)], progress);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => evaluation.RankAsync(cancellationToken: new CancellationToken(canceled: true)));
    }

    private static string[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => $"d{i}")];

    private static EvaluationDocument[] Documents(int count) => [.. Ids(count).Select(id => new EvaluationDocument(id, $"text of {id}"))];

    private static QueryRankings Ranked(string id, IReadOnlyList<EvaluationDocument> first, IReadOnlyList<EvaluationDocument> second) => new(
        new EvaluationQuery { Id = id, Text = $"query {id}" }, first, new Dictionary<string, IReadOnlyList<EvaluationDocument>> { ["s"] = second });

    private sealed class ListProgress(List<EvaluationProgress> reports) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => reports.Add(value);
    }

    private sealed class Case
    {
        private readonly bool[][] _relevant;

        public Case((string[] First, string[] Second, bool[] Relevant)[] queries, RankingMetric metric, int relevantFrom)
        {
            Metric = metric;
            RelevantFrom = relevantFrom;
            Rankings =
            [
                .. queries.Select((query, index) => Ranked(
                    $"q{index}",
                    [.. query.First.Select(id => new EvaluationDocument(id, id))],
                    [.. query.Second.Select(id => new EvaluationDocument(id, id))])),
            ];
            _relevant = [.. queries.Select(query => query.Relevant)];
        }

        public RankingMetric Metric { get; }

        public int RelevantFrom { get; }

        public IReadOnlyList<QueryRankings> Rankings { get; }

        public LabelingPlan Plan(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? judgments = null) =>
            new(Rankings, null, "s", judgments, Metric, RelevantFrom);

        public LabelingAnswer Answer(LabelingQuestion question) => (IsRelevant(question, question.First), IsRelevant(question, question.Second)) switch
        {
            (true, true) => LabelingAnswer.Both,
            (true, false) => LabelingAnswer.First,
            (false, true) => LabelingAnswer.Second,
            _ => LabelingAnswer.Neither,
        };

        public double Difference(QueryRankings ranked, IReadOnlyDictionary<string, int> grades) =>
            (Value(ranked.Scorers["s"], grades) - Value(ranked.FirstStage, grades)) ?? 0;

        // What the two do not show at the same place.
        public IEnumerable<EvaluationDocument> Disputed(QueryRankings ranked)
        {
            EvaluationDocument[] first = [.. ranked.FirstStage.Take(Metric.Cutoff ?? int.MaxValue)];
            EvaluationDocument[] second = [.. ranked.Scorers["s"].Take(Metric.Cutoff ?? int.MaxValue)];
            return first.Union(second).Where(document => Array.IndexOf(first, document) != Array.IndexOf(second, document));
        }

        private double? Value(IReadOnlyList<EvaluationDocument> ranking, IReadOnlyDictionary<string, int> grades) =>
            Metric.Compute([.. ranking.Select(document => document.Id)], grades, RelevantFrom);

        private bool IsRelevant(LabelingQuestion question, EvaluationDocument? document) =>
            document is not null && _relevant[NumberOf(question.Query.Id)][NumberOf(document.Id)];

        private static int NumberOf(string id) => int.Parse(id[1..], CultureInfo.InvariantCulture);
    }
}

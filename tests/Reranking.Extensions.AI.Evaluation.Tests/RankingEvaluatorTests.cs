using CsCheck;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Extensions.AI.Evaluation.Tests;

/// <summary>The evaluator as Microsoft.Extensions.AI.Evaluation calls it.</summary>
public sealed class RankingEvaluatorTests
{
    private const string Secret = "nobody's business";

    [Fact]
    public Task Evaluate_AnyRanking_HasTheMetricsOfTheLibrary() =>
        Gen.Select(Gen.Shuffle(Enumerable.Range(0, 9).ToArray()), Gen.Int[0, 3].Array[9], Gen.Int[1, 3], Gen.Int[1, 9]).SampleAsync(
            async (order, grades, relevantFrom, count) =>
            {
                EvaluationDocument[] passages = [.. order.Take(count).Select(id => new EvaluationDocument($"d{id}", $"text {id}"))];
                Dictionary<string, int> judged = grades.Select((grade, id) => (grade, id)).ToDictionary(pair => $"d{pair.id}", pair => pair.grade);
                RankingMetric[] metrics = [RankingMetric.NdcgAt10, RankingMetric.Parse("RR"), RankingMetric.Parse("hit@2"), RankingMetric.Parse("AP")];
                var evaluator = new RankingEvaluator(options: new RankingEvaluatorOptions { Metrics = metrics, RelevantFrom = relevantFrom });

                EvaluationResult result = await Evaluate(evaluator, new RankingEvaluationContext(passages, judged));

                Assert.Equal(evaluator.EvaluationMetricNames, result.Metrics.Keys);
                foreach (RankingMetric metric in metrics)
                {
                    double? expected = metric.Compute([.. passages.Select(passage => passage.Id)], judged, relevantFrom);
                    NumericMetric actual = result.Get<NumericMetric>(metric.Name);
                    Assert.Equal(expected, actual.Value);
                    Assert.Equal(expected < 0.5, actual.Interpretation!.Failed);
                    Assert.Equal(expected is null, actual.Interpretation.Rating == EvaluationRating.Inconclusive);
                }
            });

    [Theory]
    [InlineData(0, "nDCG@5 1 Exceptional; RR@5 1 Exceptional; hit@5 1 Exceptional")]
    [InlineData(1, "nDCG@5 0.63 Average; RR@5 0.5 Average; hit@5 1 Exceptional")]
    [InlineData(3, "nDCG@5 0.43 Poor failed; RR@5 0.25 Poor failed; hit@5 1 Exceptional")]
    [InlineData(5, "nDCG@5 0 Unacceptable failed; RR@5 0 Unacceptable failed; hit@5 0 Unacceptable failed")]
    public async Task Evaluate_PlaceOfTheAnswer_IsInterpreted(int place, string expected)
    {
        EvaluationResult result = await Evaluate(new RankingEvaluator(), Context(8, relevant: place));

        Assert.Equal(expected, string.Join("; ", result.Metrics.Values.Cast<NumericMetric>().Select(metric => FormattableString.Invariant(
            $"{metric.Name} {Math.Round(metric.Value!.Value, 2)} {metric.Interpretation!.Rating}{(metric.Interpretation.Failed ? " failed" : "")}"))));
        Assert.All(result.Metrics.Values, metric => Assert.Equal("1 of 1 relevant passages are among the 8 of the answer.", metric.Reason));
        Assert.Equal(
            place < 3 ? null : place == 3 ? "0.431 is below 0.500, the lowest value that passes." : "0.000 is below 0.500, the lowest value that passes.",
            result.Get<NumericMetric>("nDCG@5").Interpretation!.Reason);
    }

    [Fact]
    public async Task Evaluate_WithScorer_HasRelevanceOfEachPassage()
    {
        using var scorer = new StubScorer(static (query, document) => query == "question" ? document.Length - 8 : -100);
        EvaluationDocument[] passages = [new("a", new string('x', 6)), new("b", new string('x', 10)), new("c", "x")];
        var evaluator = new RankingEvaluator(scorer);

        EvaluationResult result = await Evaluate(evaluator, new RankingEvaluationContext(passages));

        Assert.Equal(["nDCG@5", "RR@5", "hit@5", RankingEvaluator.BestRelevanceName, RankingEvaluator.MeanRelevanceName], evaluator.EvaluationMetricNames);
        NumericMetric best = result.Get<NumericMetric>(RankingEvaluator.BestRelevanceName);
        NumericMetric mean = result.Get<NumericMetric>(RankingEvaluator.MeanRelevanceName);
        double[] values = [.. new[] { -2, 2, -7 }.Select(logit => 1 / (1 + Math.Exp(-logit)))];
        Assert.Equal(values.Max(), best.Value!.Value, 12);
        Assert.Equal(values.Average(), mean.Value!.Value, 12);
        Assert.Equal((EvaluationRating.Good, false), (best.Interpretation!.Rating, best.Interpretation.Failed));
        Assert.Equal((EvaluationRating.Poor, false), (mean.Interpretation!.Rating, mean.Interpretation.Failed));   // the rest of the context may be anything
        Assert.Equal(
            [("model", "stub"), ("passage 1", "0.119"), ("passage 2", "0.881"), ("passage 3", "0.001")],
            best.Metadata!.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(1, scorer.CallCount);
        Assert.Equal("Found 0 grades, but none of 1 or more; expected what is known to be relevant to the question.", Diagnostic(result, "nDCG@5"));
    }

    [Fact]
    public async Task Evaluate_QueryOfTheContext_ComesBeforeTheMessage()
    {
        List<string> queries = [];
        using var scorer = new StubScorer((query, _) =>
        {
            queries.Add(query);
            return 0;
        });
        var evaluator = new RankingEvaluator(scorer);
        ChatMessage[] messages =
        [
            new(ChatRole.System, "system"), new(ChatRole.User, "first"), new(ChatRole.Assistant, "answer"), new(ChatRole.User, "last"),
        ];
        foreach (string? query in new[] { "condensed", null })
        {
            await evaluator.EvaluateAsync(
                messages, new ChatResponse(new ChatMessage(ChatRole.Assistant, "answer")),
                additionalContext: [new RankingEvaluationContext([new("a", "text")], query: query)]);
        }

        EvaluationResult none = await evaluator.EvaluateAsync(
            [], new ChatResponse(new ChatMessage(ChatRole.Assistant, "answer")), additionalContext: [new RankingEvaluationContext([new("a", "text")])]);

        Assert.Equal(["condensed", "last"], queries);
        Assert.Equal(
            "Found neither a query nor a message of the user; expected a question and the passages of its answer.",
            Diagnostic(none, RankingEvaluator.BestRelevanceName));
        Assert.Equal(
            "Found no passages; expected a question and the passages of its answer.",
            Diagnostic(await Evaluate(evaluator, new RankingEvaluationContext([])), RankingEvaluator.MeanRelevanceName));
    }

    [Fact]
    public async Task Evaluate_NoContext_FailsAllMetrics()
    {
        using var scorer = new StubScorer(static (_, _) => 1);
        var evaluator = new RankingEvaluator(scorer);

        EvaluationResult result = await Evaluate(evaluator, context: null);

        Assert.Equal(evaluator.EvaluationMetricNames, result.Metrics.Keys);
        Assert.All(evaluator.EvaluationMetricNames, name => Assert.Equal(
            "Found no RankingEvaluationContext among the additional context; expected one with the passages of the answer.", Diagnostic(result, name)));
        Assert.All(result.Metrics.Values, metric => Assert.True(metric.Interpretation!.Failed));
        Assert.True(result.ContainsDiagnostics(diagnostic => diagnostic.Severity == EvaluationDiagnosticSeverity.Error));
        Assert.Equal(0, scorer.CallCount);
    }

    [Fact]
    public async Task Evaluate_NothingKnownToBeRelevant_IsInconclusiveAndNoFailure()
    {
        EvaluationResult result = await Evaluate(
            new RankingEvaluator(), new RankingEvaluationContext([new("a", Secret)], new Dictionary<string, int> { ["a"] = 0, ["b"] = 0 }));

        Assert.All(result.Metrics.Values.Cast<NumericMetric>(), metric =>
        {
            Assert.Null(metric.Value);
            Assert.Equal((EvaluationRating.Inconclusive, false), (metric.Interpretation!.Rating, metric.Interpretation.Failed));
            Assert.Equal("Found 2 grades, but none of 1 or more; expected what is known to be relevant to the question.", metric.Interpretation.Reason);
        });
    }

    [Fact]
    public async Task Evaluate_ScorerFails_FailsItsMetricsAlone()
    {
        using var scorer = new StubScorer(static (_, _) => 1) { Fail = static _ => new RelevanceScoringException("The server is away.") };

        EvaluationResult result = await Evaluate(new RankingEvaluator(scorer), Context(3, relevant: 0));

        Assert.Equal("The scorer failed: The server is away.", Diagnostic(result, RankingEvaluator.BestRelevanceName));
        Assert.True(result.Get<NumericMetric>(RankingEvaluator.MeanRelevanceName).Interpretation!.Failed);
        Assert.Equal(1, result.Get<NumericMetric>("nDCG@5").Value);
        using var missing = new StubScorer(static (_, _) => 1) { Fail = static _ => new RelevanceScoringException("No model.") { IsSetupFault = true } };
        await Assert.ThrowsAsync<RelevanceScoringException>(() => Evaluate(new RankingEvaluator(missing), Context(3, relevant: 0)));
        using var slow = new StubScorer(static (_, _) => 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new RankingEvaluator(slow).EvaluateAsync(
            [new ChatMessage(ChatRole.User, "q")], new ChatResponse(), null, [Context(3, relevant: 0)], new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task Evaluate_NothingScored_IsInconclusive()
    {
        using var scorer = new StubScorer(static (_, _) => double.NaN);

        EvaluationResult result = await Evaluate(new RankingEvaluator(scorer), Context(2, relevant: 0));

        Assert.Equal("The scorer scored none of 2 passages.", Diagnostic(result, RankingEvaluator.BestRelevanceName));
        Assert.Null(result.Get<NumericMetric>(RankingEvaluator.MeanRelevanceName).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Evaluate_IncludeTexts_DecidesWhetherPassagesAreRecorded(bool include)
    {
        using var scorer = new StubScorer(static (_, _) => 1);
        var evaluator = new RankingEvaluator(scorer, new RankingEvaluatorOptions { IncludeTexts = include });

        EvaluationResult result = await Evaluate(
            evaluator, new RankingEvaluationContext([new("a", Secret)], new Dictionary<string, int> { ["a"] = 1 }, query: Secret));

        Assert.All(result.Metrics.Values, metric =>
        {
            Assert.Equal(include, metric.Context?.ContainsKey(RankingEvaluationContext.ContextName) == true);
            Assert.DoesNotContain("nobody", $"{metric.Reason} {metric.Interpretation?.Reason} {string.Join(' ', metric.Metadata?.Values ?? [])}",
                StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Evaluate_BesideOtherEvaluators_IsOneOfThem()
    {
        IEvaluator composite = new CompositeEvaluator(new LengthEvaluator(), new RankingEvaluator());

        EvaluationResult result = await composite.EvaluateAsync("question", "an answer", additionalContext: [Context(4, relevant: 1)]);

        Assert.Equal(["Length", "RR@5", "hit@5", "nDCG@5"], result.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0.5, result.Get<NumericMetric>("RR@5").Value);
    }

    [Fact]
    public void Context_Contents_AreThePassagesInOrder()
    {
        RankingEvaluationContext context = Context(3, relevant: 2);

        Assert.Equal("Ranking", context.Name);
        Assert.Equal(["text 0", "text 1", "text 2"], context.Contents.Cast<TextContent>().Select(content => content.Text));
        Assert.Equal([("d2", 1)], context.Grades.Select(grade => (grade.Key, grade.Value)));
        Assert.Empty(new RankingEvaluationContext([]).Grades);
        Assert.Equal(
            "3 passages have 2 different ids; expected an id of its own for each. (Parameter 'passages')",
            Assert.Throws<ArgumentException>(() => new RankingEvaluationContext([new("a", Secret), new("b", Secret), new("a", Secret)])).Message);
        Assert.Throws<ArgumentNullException>(() => new RankingEvaluationContext([null!]));
        Assert.Throws<ArgumentNullException>(() => new RankingEvaluationContext(null!));
    }

    [Fact]
    public async Task FromResult_Ranking_IsTakenInItsOrder()
    {
        using var scorer = new StubScorer(static (_, document) => document.Length);
        RerankingResult<string> result = await new Reranker(scorer).RerankAsync("q", ["a", "bbb", "cc"]);

        var context = RankingEvaluationContext.FromResult(result, text => text[..1], text => text, ["c", "c", "z"], "q");

        Assert.Equal([("b", "bbb"), ("c", "cc"), ("a", "a")], context.Passages.Select(passage => (passage.Id, passage.Text)));
        Assert.Equal([("c", 1), ("z", 1)], context.Grades.Select(grade => (grade.Key, grade.Value)));
        Assert.Equal("q", context.Query);
        Assert.Throws<ArgumentNullException>(() => RankingEvaluationContext.FromResult(result, null!, text => text));
    }

    [Fact]
    public void Constructor_WrongOptions_AreRefusedAndRightOnesCopied()
    {
        foreach (RankingEvaluatorOptions wrong in new RankingEvaluatorOptions[]
        {
            new() { Metrics = [] }, new() { Metrics = [RankingMetric.NdcgAt10, RankingMetric.NdcgAt10] }, new() { Metrics = null! },
            new() { RelevantFrom = 0 }, new() { PassingValue = 1.1 }, new() { PassingValue = double.NaN }, new() { PassingRelevance = -0.1 },
        })
        {
            Assert.StartsWith(
                "RankingEvaluatorOptions.", Assert.Throws<ArgumentException>(() => new RankingEvaluator(options: wrong)).Message, StringComparison.Ordinal);
        }

        var options = new RankingEvaluatorOptions { Metrics = [RankingMetric.NdcgAt10] };
        var evaluator = new RankingEvaluator(options: options);
        options.Metrics = [];
        Assert.Equal(["nDCG@10"], evaluator.EvaluationMetricNames);
    }

    private static string? Diagnostic(EvaluationResult result, string metric) => Assert.Single(result.Get<NumericMetric>(metric).Diagnostics!).Message;

    private static RankingEvaluationContext Context(int count, int relevant) => new(
        Enumerable.Range(0, count).Select(i => new EvaluationDocument($"d{i}", $"text {i}")), new Dictionary<string, int> { [$"d{relevant}"] = 1 });

    private static Task<EvaluationResult> Evaluate(RankingEvaluator evaluator, RankingEvaluationContext? context) =>
        evaluator.EvaluateAsync("question", "an answer", additionalContext: context is null ? null : [context]).AsTask();

    private sealed class LengthEvaluator : IEvaluator
    {
        public IReadOnlyCollection<string> EvaluationMetricNames => ["Length"];

        public ValueTask<EvaluationResult> EvaluateAsync(
            IEnumerable<ChatMessage> messages,
            ChatResponse modelResponse,
            ChatConfiguration? chatConfiguration = null,
            IEnumerable<EvaluationContext>? additionalContext = null,
            CancellationToken cancellationToken = default) => new(new EvaluationResult(new NumericMetric("Length", modelResponse.Text.Length)));
    }
}

using System.Runtime.CompilerServices;
using RagChat.Knowledge;
using Reranking;
using Reranking.Onnx;

namespace RerankingTests;

/// <summary>Fails the build when the ranking of the help center's passages has become worse than the accepted one, by more than chance allows.</summary>
public sealed class RankingTests
{
    private const string Scorer = "local";

    [Fact]
    public async Task Ranking_OfTheHelpCenter_IsNoWorseThanTheAcceptedOne()
    {
        using var scorer = new OnnxRelevanceScorer();   // in your tests, the scorer that your application takes

        EvaluationReport report = await EvaluateAsync(scorer);

        if (Environment.GetEnvironmentVariable("ACCEPT_RANKING") == "1")
        {
            File.WriteAllText(Path.Combine(SourceFolder(), "accepted.json"), report.ToJson() + "\n");
            return;
        }

        Assert.Null(FindDrop(report));
    }

    [Fact]
    public async Task Ranking_ByASpoiledScorer_WouldFail()
    {
        using var spoiled = new SpoiledScorer();

        Assert.Contains("The ranking has become worse: nDCG@10 ", FindDrop(await EvaluateAsync(spoiled)), StringComparison.Ordinal);
    }

    private static Task<EvaluationReport> EvaluateAsync(IRelevanceScorer scorer)
    {
        EvaluationDocument[] passages =
        [
            .. HelpCenter.ReadPassages(InOutput("knowledge")).Select(passage => new EvaluationDocument(passage.Id, passage.Text)),
        ];
        var set = new EvaluationSet
        {
            Name = "help center",
            Documents = passages,
            Queries =
            [
                .. HelpCenter.ReadQuestions(InOutput("questions.jsonl")).Select((question, index) => new EvaluationQuery
                {
                    Id = $"q{index + 1}", Text = question.Text, Grades = new Dictionary<string, int> { [question.PassageId] = 1 },
                }),
            ],
        };
        var options = new RerankingEvaluationOptions { CandidateCounts = [6], IncludeTexts = false };   // six keep it a matter of seconds
        return new RerankingEvaluation(set, FirstStage.Bm25(passages), [new EvaluatedScorer(Scorer, scorer)], options).RunAsync();
    }

    // A drop is proven where the whole 95 % interval of the change, query by query, is below 0.
    private static string? FindDrop(EvaluationReport report)
    {
        EvaluationReport accepted = EvaluationReport.FromJson(File.ReadAllText(InOutput("accepted.json")));
        PairedComparison change = report.CompareWith(accepted, Scorer);
        return change.Interval is { High: < 0 } interval
            ? FormattableString.Invariant($"The ranking has become worse: {report.Metrics[0]} {change.Difference:+0.000;-0.000} (95 % interval ")
                + FormattableString.Invariant($"{interval.Low:0.000} to {interval.High:0.000}, {change.WorseCount} worse, {change.BetterCount} better). ")
                + "If that is wanted, run the tests once with ACCEPT_RANKING=1 and commit accepted.json."
            : null;
    }

    private static string InOutput(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    // What a wrong sign, a wrong model or a broken tokenizer would do.
    private sealed class SpoiledScorer : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new RelevanceScores([.. documents.Select((_, position) => RelevanceScore.FromLogit(position))]));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}

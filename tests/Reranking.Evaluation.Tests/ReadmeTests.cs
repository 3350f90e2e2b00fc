using Reranking.Evaluation.Tests.Support;
using Reranking.Onnx;

namespace Reranking.Evaluation.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task Readme_QuickStartAndBaseline_Run()
    {
        using var folder = new TempFolder();
        (string path, string page, string baseline) = (folder.PathOf("set.jsonl"), folder.PathOf("report.html"), folder.PathOf("baseline.json"));
        RerankingEvaluationTests.Set(queries: 6, candidates: 4).Save(path);

        EvaluationSet set = EvaluationSet.Load(path);   // a BEIR folder, or JSON lines
        using var scorer = new OnnxRelevanceScorer();
        var evaluation = new RerankingEvaluation(set, FirstStage.Given("vector"), [new EvaluatedScorer("local", scorer)]);

        EvaluationReport report = await evaluation.RunAsync();
        string answer = report.Summarize();   // Reranking with local raises nDCG@10 by 0.217 (95 % interval …
        File.WriteAllText(page, report.ToHtml());

        File.WriteAllText(baseline, report.ToJson());
        EvaluationReport accepted = EvaluationReport.FromJson(File.ReadAllText(baseline));
        ConfidenceInterval change = report.CompareWith(accepted, "local").Interval!.Value;
        Assert.False(change.High < 0, $"nDCG@10 dropped by {-change.High:0.000} or more.");   // more than chance allows

        Assert.Contains("6 queries", answer, StringComparison.Ordinal);
        Assert.Contains("Is reranking worth it on set?", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readme_Labels_AreAskedFor()
    {
        using var folder = new TempFolder();
        string qrels = folder.PathOf("qrels");
        using var scorer = new StubScorer(static (_, document) => document.Length);
        EvaluationSet set = RerankingEvaluationTests.Set(queries: 6, candidates: 4);
        var evaluation = new RerankingEvaluation(set, FirstStage.Given(), [new EvaluatedScorer("local", scorer)]);
        Func<LabelingQuestion, LabelingAnswer> ask = static _ => LabelingAnswer.Second;

        IReadOnlyList<QueryRankings> rankings = await evaluation.RankAsync();
        var plan = new LabelingPlan(rankings, firstScorer: null, "local");   // the first stage and a scorer
        while (plan.Next() is { } question)
        {
            plan.Judge(question, ask(question));   // First, Second, Both or Neither
        }

        TrecQrels.Write(qrels, plan.Judgments);

        Assert.NotEmpty(set.WithJudgments(TrecQrels.Read(qrels)).Queries);
        Assert.NotNull(plan.Compare());
    }

    [Fact]
    public void Readme_EverySnippet_IsCodeOfThisFile()
    {
        string code = Squeeze(Read("ReadmeTests.cs"));
        string[] snippets = [.. Read("README.md").Split("```csharp").Skip(1).Select(static block => block.Split("```")[0])];

        Assert.Equal(3, snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));
    }

    // Indentation is the only thing that may differ.
    private static string Squeeze(string text) => string.Join('\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");
}

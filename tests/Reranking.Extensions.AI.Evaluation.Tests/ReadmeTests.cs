using Microsoft.Extensions.AI.Evaluation;
using Reranking.Onnx;

namespace Reranking.Extensions.AI.Evaluation.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task Readme_Evaluator_RunsWithTheBundledModel()
    {
        const string question = "How do I reset my password?";
        const string answer = "Choose 'Forgot password' on the sign-in page.";
        using var scorer = new OnnxRelevanceScorer();
        var reranker = new Reranker(scorer);
        Article[] articles =
        [
            new("password-rules", "Password Security Best Practices. Use at least 14 characters and never reuse a password."),
            new("reset-password", "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link."),
        ];

        var evaluator = new RankingEvaluator(scorer);
        RerankingResult<Article> found = await reranker.RerankAsync(question, articles, article => article.Text);

        EvaluationResult result = await evaluator.EvaluateAsync(
            question,
            answer,
            additionalContext: [RankingEvaluationContext.FromResult(found, article => article.Id, article => article.Text, relevantIds: ["reset-password"])]);

        NumericMetric ndcg = result.Get<NumericMetric>("nDCG@5");
        Assert.False(ndcg.Interpretation!.Failed, ndcg.Interpretation.Reason);

        Assert.Equal(1, ndcg.Value);
        Assert.InRange(result.Get<NumericMetric>(RankingEvaluator.BestRelevanceName).Value!.Value, 0.9, 1);
        Assert.Equal("ms-marco-MiniLM-L-12-v2-int8", result.Get<NumericMetric>(RankingEvaluator.BestRelevanceName).Metadata!["model"]);
    }

    [Fact]
    public void Readme_EverySnippet_IsCodeOfThisFile()
    {
        string code = Squeeze(Read("ReadmeTests.cs"));
        string[] snippets = [.. Read("README.md").Split("```csharp").Skip(1).Select(static block => block.Split("```")[0])];

        Assert.Single(snippets);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));
    }

    // Indentation is the only thing that may differ.
    private static string Squeeze(string text) => string.Join('\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");

    private sealed record Article(string Id, string Text);
}

namespace Reranking.Integration.Tests;

public class CascadeTests
{
    [Fact]
    public async Task RerankAsync_StudentThenTeacher_PutsTheAnswerFirstAndReadsLess()
    {
        await using var app = new App("""
            {
              "Stages": [ { "Use": "fast", "Keep": 3 }, { "Use": "strong" } ], "TopN": 20, "Timeout": "00:10:00",
              "Scorers": { "fast": { "Provider": "Onnx", "ModelPath": "models/minilm-l4-screening-int8" }, "strong": { "Provider": "Onnx" } }
            }
            """);
        string[] documents =
        [
            "Password Security Best Practices. Use at least 14 characters and never reuse a password.",
            "Invoices are sent on the first working day of each month.",
            "You can pause your subscription for up to three months.",
            "The app shows your password strength as a coloured bar.",
            "Returns are free within 30 days.",
            "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link.",
        ];

        RerankingResult<string> result = await app.Reranker.RerankAsync("How do I reset my password?", documents);

        Assert.Equal(5, result.Ranking[0].Index);
        Assert.Equal(("strong", "ms-marco-MiniLM-L-12-v2-int8"), (result.ScorerName, result.ModelId));
        Assert.Equal([1, 1, 1, 0, 0, 0], result.Ranking.Select(ranked => ranked.Relevance!.Value.Stage));
        Assert.Equal(Enumerable.Range(0, 6), result.Ranking.Select(ranked => ranked.Index).Order());
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Integration.Tests;

/// <summary>Early exit of the bundled model, switched by configuration while calls run.</summary>
public sealed class EarlyExitTests
{
    private const string Query = "How do I reset my password?";
    private const string Answer = "To reset a forgotten password, choose 'Forgot password' on the sign-in page and follow the link in the mail.";

    private static readonly string[] Topics =
        ["invoices", "parking", "holidays", "the printer", "travel", "the cafeteria", "badges", "meeting rooms", "laptops", "the gym", "lockers", "training"];

    // Five about each topic, and the answer at rank 47.
    private static readonly string[] Documents =
    [
        .. Topics
            .SelectMany(topic => Enumerable.Range(1, 5).Select(i => $"Rule {i} about {topic}: ask the office before {i + 8} and keep the receipt."))
            .Select((text, i) => i == 46 ? Answer : text),
    ];

    [Fact]
    public async Task EarlyExit_OnAndOffWhileRunning_ChangesTheWorkAndNoScoreOfThoseThatStay()
    {
        await using var app = new App(Settings("Off"));
        RerankingResult<string> off = await RerankAsync(app);
        Dictionary<int, RelevanceScore> full = await ScoreAllAsync(app);

        Assert.Equal("swapped", await app.ChangeAsync(Settings("On")));
        RerankingResult<string> on = await RerankAsync(app);
        Assert.Equal("swapped", await app.ChangeAsync(Settings("5:50")));
        RerankingResult<string> plan = await RerankAsync(app);
        Assert.Equal("swapped", await app.ChangeAsync(Settings("Off")));
        RerankingResult<string> offAgain = await RerankAsync(app);

        Assert.Equal((0, 0), (off.EstimatedCount, offAgain.EstimatedCount));
        Assert.InRange(plan.EstimatedCount, 1, on.EstimatedCount);
        Assert.InRange(on.EstimatedCount, Documents.Length / 2, Documents.Length - 3);
        Assert.Equal(off.Ranking, offAgain.Ranking);
        Assert.All([off, on, plan, offAgain], result =>
        {
            Assert.Equal(Answer, result.Ranking[0].Candidate);
            Assert.All(result.Ranking, ranked =>
            {
                Assert.False(ranked.Relevance!.Value.IsEstimate);
                Assert.Equal(full[ranked.Index].RawValue, ranked.Relevance!.Value.RawValue);
            });
        });
    }

    [Fact]
    public async Task EarlyExit_MinScore_NeverJudgesAnEstimate()
    {
        await using var app = new App(Settings("On"));
        IRelevanceScorer scorer = app.Services.GetRequiredService<IRelevanceScorer>();
        RelevanceScores scores = await scorer.ScoreAsync(
            Query, Documents, new RelevanceScoringOptions { TopN = 3 }, TestContext.Current.CancellationToken);

        RelevanceScore[] estimates = [.. scores.Where(static score => score.IsEstimate)];
        RelevanceScore[] exact = [.. scores.Where(static score => !score.IsEstimate)];
        Assert.NotEmpty(estimates);
        Assert.All(estimates, static estimate => Assert.True(estimate.Stage < 0));
        Assert.InRange(exact.Length, 3, Documents.Length - 1);

        await using var strict = new App(Settings("On", """, "MinScore": 0.5"""));
        RerankingResult<string> result = await RerankAsync(strict);
        Assert.Equal([Answer], result.Ranking.Select(static ranked => ranked.Candidate));
    }

    [Fact]
    public async Task EarlyExit_SwitchedUnderConcurrentCallers_NeverMixesNorFails()
    {
        await using var app = new App(Settings("Off"));
        double best = (await RerankAsync(app)).Ranking[0].Relevance!.Value.RawValue;
        using var stop = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int calls = 0;
            for (; !stop.IsCancellationRequested; calls++)
            {
                RerankingResult<string> result = await RerankAsync(app);
                Assert.Equal((RerankingOutcome.Reranked, Answer, best), (
                    result.Outcome, result.Ranking[0].Candidate, result.Ranking[0].Relevance!.Value.RawValue));
            }

            return calls;
        }))];

        foreach (string plan in (string[])["On", "Off", "2:60 5:25", "On", "Off"])
        {
            Assert.Equal("swapped", await app.ChangeAsync(Settings(plan)));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(callers), static calls => Assert.True(calls > 0));
    }

    [Theory]
    [InlineData("Sometimes")]
    [InlineData("3:50")]
    [InlineData("5:0")]
    public async Task EarlyExit_PlanThatCannotBe_IsRefusedAndChangesNothing(string plan)
    {
        await using var app = new App(Settings("On"));
        await RerankAsync(app);

        Assert.Equal("refused", await app.ChangeAsync(Settings(plan)));

        Assert.InRange((await RerankAsync(app)).EstimatedCount, 1, Documents.Length);
    }

    private static Task<RerankingResult<string>> RerankAsync(App app) =>
        app.Reranker.RerankAsync(Query, Documents, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<Dictionary<int, RelevanceScore>> ScoreAllAsync(App app)
    {
        RelevanceScores scores = await app.Services.GetRequiredService<IRelevanceScorer>()
            .ScoreAsync(Query, Documents, cancellationToken: TestContext.Current.CancellationToken);
        return Enumerable.Range(0, scores.Count).ToDictionary(static i => i, i => scores[i]);
    }

    private static string Settings(string plan, string more = "") => $$"""
        {
          "TopN": 3,
          "CandidateCount": 100,
          "Timeout": "00:10:00",
          "Scorers": { "local": { "Provider": "Onnx", "EarlyExit": "{{plan}}"{{more}} } }
        }
        """;
}

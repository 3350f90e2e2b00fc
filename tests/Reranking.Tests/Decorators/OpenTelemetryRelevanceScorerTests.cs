using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public sealed class OpenTelemetryRelevanceScorerTests : IDisposable
{
    private const string ScorerTags =
        "gen_ai.operation.name=rerank gen_ai.provider.name=test gen_ai.request.model=numbers-1 server.address=scorer.example server.port=8443";

    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _probe.Dispose();

    [Fact]
    public async Task ScoreAsync_ScorerAnswers_RecordsSpanAndDurationWithoutTexts()
    {
        RelevanceScores scores = await Create(Answers).ScoreAsync("secret query", ["0.1", "0.2"]);

        Assert.Equal(FunctionScorer.Numbers(["0.1", "0.2"]), scores);
        Assert.Equal([$"0.25 s {ScorerTags}"], _probe.Of("gen_ai.client.operation.duration"));
        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal(("rerank numbers-1", ActivityKind.Client, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal(2, span.GetTagItem("gen_ai.rerank.candidate.count"));
        Assert.Equal(2, span.GetTagItem("reranking.scored.count"));
        Assert.Equal(0, span.GetTagItem("reranking.truncated.count"));
        Assert.Null(span.GetTagItem("reranking.query"));
        Assert.Null(span.GetTagItem("reranking.documents"));
    }

    [Fact]
    public async Task ScoreAsync_EnableSensitiveData_PutsTheTextsOnTheSpan()
    {
        using OpenTelemetryRelevanceScorer scorer = Create(Answers);
        scorer.EnableSensitiveData = true;

        await scorer.ScoreAsync("secret query", ["0.1", "0.2"]);

        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal("secret query", span.GetTagItem("reranking.query"));
        Assert.Equal(["0.1", "0.2"], Assert.IsType<string[]>(span.GetTagItem("reranking.documents")));
    }

    [Fact]
    public async Task ScoreAsync_ModelOfTheCall_IsOnSpanAndDuration()
    {
        await Create(Answers).ScoreAsync("query", ["0.1"], new RelevanceScoringOptions { ModelId = "numbers-2" });

        Assert.Equal("rerank numbers-2", Assert.Single(_probe.Spans).DisplayName);
        Assert.Equal([$"0.25 s {ScorerTags.Replace("numbers-1", "numbers-2", StringComparison.Ordinal)}"], _probe.Of("gen_ai.client.operation.duration"));
    }

    [Theory]
    [InlineData(false, "System.InvalidOperationException")]
    [InlineData(true, "System.OperationCanceledException")]
    public async Task ScoreAsync_ScorerFails_RecordsTheErrorAndThrowsIt(bool cancels, string errorType)
    {
        Exception failure = cancels ? new TaskCanceledException() : new InvalidOperationException("It fails.");

        Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => Create((_, _, _) => throw failure).ScoreAsync("query", ["0.1"])));

        Assert.Equal([$"0 s {ScorerTags} error.type={errorType}"], _probe.Of("gen_ai.client.operation.duration"));
        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal((ActivityStatusCode.Error, errorType), (span.Status, span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task ScoreAsync_ChainInside_SaysWhichScorerAnswered()
    {
        using var scorer = new OpenTelemetryRelevanceScorer(NamedScorer.Create("a", new ScriptedScorer()), _time, _probe.MeterFactory);

        await scorer.ScoreAsync("query", ["0.1"]);

        Assert.Equal("a", Assert.Single(_probe.Spans).GetTagItem("reranking.scorer"));
        Assert.Equal(
            ["0 s gen_ai.operation.name=rerank gen_ai.provider.name=scripted gen_ai.request.model=scripted-1 reranking.scorer=a"],
            _probe.Of("gen_ai.client.operation.duration"));
    }

    [Fact]
    public async Task UseOpenTelemetry_Builders_DecorateTheScorer()
    {
        using IRelevanceScorer built = new ScriptedScorer().AsBuilder().UseOpenTelemetry(static scorer => scorer.EnableSensitiveData = true).Build();
        Assert.True(built.GetService<OpenTelemetryRelevanceScorer>()?.EnableSensitiveData);

        await using ServiceProvider services = new ServiceCollection()
            .AddReranking()
            .AddScorer(new ScriptedScorer())
            .UseOpenTelemetry().Services
            .BuildServiceProvider();
        Assert.False(services.GetRequiredService<IRelevanceScorer>().GetService<OpenTelemetryRelevanceScorer>()?.EnableSensitiveData);
    }

    private OpenTelemetryRelevanceScorer Create(Func<string, IReadOnlyList<string>, CancellationToken, Task<RelevanceScores>> score) =>
        new(new FunctionScorer(score, FunctionScorer.NumberMetadata), _time, _probe.MeterFactory);

    private Task<RelevanceScores> Answers(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        _time.Advance(TimeSpan.FromSeconds(0.25));
        return Task.FromResult(FunctionScorer.Numbers(documents));
    }
}

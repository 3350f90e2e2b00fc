using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Reranking.Tests;

public class KeepLocalTests
{
    private static readonly Note[] Open = [new("0.1", false), new("0.3", false)];
    private static readonly Note[] OneConfidential = [new("0.1", false), new("0.3", true)];

    private readonly ScriptedProvider _local = new("Local");
    private readonly ScriptedProvider _hosted = new("Hosted", isHosted: true);

    [Fact]
    public async Task RerankAsync_NothingConfidential_AsksTheHostedScorer()
    {
        RerankingResult<Note> result = await RerankAsync("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""", Open);

        Assert.Equal(("hosted", false), (result.ScorerName, result.KeptLocal));
    }

    [Theory]
    [InlineData("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential", "Use": "local" }, BOTH }""")]
    [InlineData("""{ "Use": [ "hosted", "local" ], "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Stages": [ { "Use": "local", "Keep": 1 }, { "Use": "hosted" } ], "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    public async Task RerankAsync_OneConfidential_AsksTheLocalScorerForAllAndSaysSo(string json)
    {
        RerankingResult<Note> result = await RerankAsync(json, OneConfidential);

        Assert.Equal(("local", true, RerankingOutcome.Reranked), (result.ScorerName, result.KeptLocal, result.Outcome));
        Assert.Equal(["0.3", "0.1"], result.Ranking.Select(ranked => ranked.Candidate.Text));
        Assert.All(_hosted.Made, scorer => Assert.Equal(0, scorer.Calls));
    }

    [Fact]
    public async Task RerankAsync_ConfidentialBeyondTheCandidateCount_DoesNotCount()
    {
        RerankingResult<Note> result = await RerankAsync(
            """{ "Use": "hosted", "CandidateCount": 2, "KeepLocal": { "Field": "confidential" }, BOTH }""", [.. Open, new("0.9", true)]);

        Assert.Equal(("hosted", false), (result.ScorerName, result.KeptLocal));
        Assert.DoesNotContain("0.9", Assert.Single(_hosted.Made).Seen);
    }

    [Fact]
    public async Task RerankAsync_PredicateInCode_KeepsLocal()
    {
        RerankingResult<Note> result = await RerankAsync(
            """{ "Use": "hosted", BOTH }""", OneConfidential, builder => builder.KeepLocal<Note>(note => note.Confidential));

        Assert.Equal(("local", true), (result.ScorerName, result.KeptLocal));
    }

    [Fact]
    public async Task RerankAsync_CandidateThatNoPredicateKnows_KeepsLocal()
    {
        await using ServiceProvider services = Build("""{ "Use": "hosted", BOTH }""", builder => builder.KeepLocal<Note>(note => note.Confidential));
        Reranker reranker = services.GetRequiredService<Reranker>();

        Assert.True((await reranker.RerankAsync("query", ["0.1", "0.2"])).KeptLocal);
        Assert.False((await reranker.RerankAsync("query", Open, note => note.Text)).KeptLocal);
    }

    [Fact]
    public async Task RerankAsync_RuleArrivesWhileCandidatesAreFetched_TheCallStaysOnWhatItBeganWith()
    {
        var configuration = new ChangeableConfiguration(
            """{ "Use": "local", "Scorers": { "local": { "Provider": "Local" }, "hosted": { "Provider": "Hosted" } } }""");
        var services = new ServiceCollection();
        services.AddReranking(configuration.Section).AddProvider(_ => _local).AddProvider(_ => _hosted);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Reranker reranker = provider.GetRequiredService<Reranker>();

        RerankingResult<Note> result = await reranker.RerankAsync("query", FetchAsync(), note => note.Text);

        Assert.Equal(("local", false), (result.ScorerName, result.KeptLocal));
        Assert.All(_hosted.Made, scorer => Assert.Empty(scorer.Seen));

        async IAsyncEnumerable<Note> FetchAsync()
        {
            yield return OneConfidential[0];
            configuration.Change(
                """{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, "Scorers": { "local": { "Provider": "Local" },"""
                + """ "hosted": { "Provider": "Hosted" } } }""");
            while (_hosted.Made.Count == 0 || (await reranker.RerankAsync("query", Open, note => note.Text)).ScorerName != "hosted")
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            _hosted.Made[0].Seen.Clear();
            yield return OneConfidential[1];
        }
    }

    [Fact]
    public async Task RerankAsync_OptionsOfTheCallWithoutARule_AreUnderThatOfTheConfiguration()
    {
        await using ServiceProvider services = Build("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""");
        Reranker reranker = services.GetRequiredService<Reranker>();

        Assert.True((await reranker.RerankAsync("query", OneConfidential, note => note.Text, new RerankingOptions { TopN = 1 })).KeptLocal);
        Assert.False((await reranker.RerankAsync("query", Open, note => note.Text, new RerankingOptions { TopN = 1 })).KeptLocal);
        Assert.True((await reranker.RerankAsync("query", Open, note => note.Text, new RerankingOptions { KeepLocal = true })).KeptLocal);
        Assert.True((await reranker.RerankAsync("query", OneConfidential, note => note.Text, new RerankingOptions { KeepLocal = false })).KeptLocal);
        Assert.All(_hosted.Made.SelectMany(scorer => scorer.Seen), text => Assert.Contains(Open, note => note.Text == text));
    }

    [Fact]
    public async Task RerankAsync_CandidatesThatWrapARecord_AreJudgedByIt()
    {
        await using ServiceProvider services = Build("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""");
        Reranker reranker = services.GetRequiredService<Reranker>();

        Assert.False((await PageAsync(Open)).KeptLocal);
        Assert.True((await PageAsync(OneConfidential)).KeptLocal);

        Task<RerankingResult<KeyValuePair<int, Note>>> PageAsync(Note[] notes) => reranker.GetPage("query", skip: 0, top: 5).RerankAsync(
            notes.Select((note, i) => KeyValuePair.Create(i, note)).ToAsyncEnumerable(), pair => pair.Value.Text, pair => pair.Value);
    }

    [Fact]
    public async Task RerankAsync_PlainTextsUnderAFieldRule_KeepsLocal()
    {
        await using ServiceProvider services = Build("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""");

        Assert.True((await services.GetRequiredService<Reranker>().RerankAsync("query", ["0.1", "0.2"])).KeptLocal);
    }

    [Fact]
    public async Task RerankAsync_LocalScorerFails_FallsBackWithoutAskingTheHostedOne()
    {
        _local.OnCreate = (_, scorer) => scorer.Script = (_, _) => throw new InvalidOperationException();

        RerankingResult<Note> result = await RerankAsync(
            """{ "Use": [ "local", "hosted" ], "KeepLocal": { "Field": "confidential" }, BOTH }""", OneConfidential);

        Assert.Equal((RerankingOutcome.FellBack, true), (result.Outcome, result.KeptLocal));
        Assert.All(_hosted.Made, scorer => Assert.Equal(0, scorer.Calls));
    }

    [Theory]
    [InlineData(
        """{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, "Scorers": { "hosted": { "Provider": "Hosted" } } }""",
        "Reranking:KeepLocal keeps texts on this machine, but no scorer of Reranking:Scorers is local; "
        + """expected one, such as "local": { "Provider": "Onnx" }.""")]
    [InlineData(
        """{ "Use": "hosted", "KeepLocal": { "Field": "confidential", "Use": "hosted" }, BOTH }""",
        "Reranking:KeepLocal:Use is 'hosted', which is hosted; expected a local scorer.")]
    public async Task RerankAsync_NoLocalScorer_IsAnErrorAtStart(string json, string expected)
    {
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => RerankAsync(json, Open));

        Assert.Equal(expected, exception.Message);
        Assert.All(_hosted.Made, scorer => Assert.Equal(1, scorer.Disposals));
    }

    [Fact]
    public async Task RerankAsync_RerankerWithoutConfiguration_TellsItsScorer()
    {
        var scorer = new ScriptedScorer();
        var reranker = new Reranker(scorer);

        Assert.False((await reranker.RerankAsync("query", Open, note => note.Text)).KeptLocal);
        Assert.False(scorer.LastOptions?.KeepLocal);
        Assert.True((await reranker.RerankAsync("query", Open, note => note.Text, new RerankingOptions { KeepLocal = true })).KeptLocal);
        Assert.True(scorer.LastOptions?.KeepLocal);
    }

    [Fact]
    public async Task RerankAsync_RerankerWhoseCallsMustStayLocal_IsNotOpenedByTheOptionsOfACall()
    {
        var scorer = new ScriptedScorer();
        var reranker = new Reranker(scorer, new RerankingOptions { KeepLocal = true });

        Assert.True((await reranker.RerankAsync("query", Open, note => note.Text, new RerankingOptions())).KeptLocal);
        Assert.True(scorer.LastOptions?.KeepLocal);
    }

    [Fact]
    public async Task RerankAsync_OptionsInCodeThatKeepLocal_AnswersWithALocalScorer()
    {
        var hosted = new ScriptedScorer(isHosted: true);
        var local = new ScriptedScorer("local-1");
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking(static options => options.KeepLocal = true)
            .AddScorer("hosted", _ => hosted)
            .AddScorer("local", _ => local)
            .Use("hosted")
            .Services.BuildServiceProvider();

        RerankingResult<Note> result = await services.GetRequiredService<Reranker>().RerankAsync("query", Open, note => note.Text);

        Assert.Equal((true, "local", 0), (result.KeptLocal, result.ScorerName, hosted.Calls));
    }

    /// <summary>The scorer that is a service knows no candidates, but that all of them stay it knows.</summary>
    [Fact]
    public async Task ScoreAsync_OptionsInCodeThatKeepLocal_HoldWithoutAReranker()
    {
        var hosted = new ScriptedScorer(isHosted: true);
        var shadow = new ScriptedScorer(isHosted: true);
        var local = new ScriptedScorer("local-1");
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking(static options => options.KeepLocal = true)
            .AddScorer("hosted", _ => hosted)
            .AddScorer("local", _ => local)
            .UseShadow(_ => shadow, static options => options.SampleRate = 1)
            .Use("hosted")
            .Services.BuildServiceProvider();
        IRelevanceScorer scorer = services.GetRequiredService<IRelevanceScorer>();
        var options = new RelevanceScoringOptions();

        Assert.Equal("local", (await scorer.ScoreAsync("query", ["0.1", "0.2"])).ScorerName);
        Assert.Equal("local", (await scorer.ScoreAsync("query", ["0.1", "0.2"], options)).ScorerName);
        await Assert.ThrowsAsync<RelevanceScoringException>(
            () => services.GetRequiredKeyedService<IRelevanceScorer>("hosted").ScoreAsync("query", ["0.1", "0.2"]));

        Assert.Equal((0, 0, 2, false), (hosted.Calls, shadow.Calls, local.Calls, options.KeepLocal));
        Assert.True(Reranking.Scoring.KeepLocalSource.KeepsLocal(scorer, options: null));
    }

    [Theory]
    [InlineData("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Use": "hosted", "KeepLocal": { "Field": "confidential", "WhenMissing": "Hosted" }, BOTH }""")]
    [InlineData("""{ "Use": [ "hosted", "local" ], "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Use": "local", "Shadow": { "Use": "hosted", "SampleRate": 1 }, "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Stages": [ { "Use": "local", "Keep": 1 }, { "Use": "hosted" } ], "KeepLocal": { "Field": "confidential" }, BOTH }""")]
    [InlineData("""{ "Use": "hosted", BOTH }""", true)]
    public async Task ScoreAsync_RuleForRecords_HoldsForTheTextsOfThoseWhoCallAScorer(string json, bool isInCode = false)
    {
        await using ServiceProvider services = Build(json, builder =>
        {
            if (isInCode)
            {
                builder.KeepLocal<Note>(static note => note.Confidential);
            }
        });

        RelevanceScores scores = await services.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", ["0.1", "0.2"]);
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => services.GetRequiredKeyedService<IRelevanceScorer>("hosted").ScoreAsync("query", ["0.1", "0.2"]));

        Assert.Equal("local", scores.ScorerName);
        Assert.Contains("may not leave this machine", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await services.GetRequiredKeyedService<IRelevanceScorer>("local").ScoreAsync("query", ["0.1", "0.2"])).Count);
        Assert.All(_hosted.Made, static scorer => Assert.Equal(0, scorer.Calls));
        Assert.True(Reranking.Scoring.KeepLocalSource.KeepsLocal(services.GetRequiredService<IRelevanceScorer>(), options: null));
    }

    private async Task<RerankingResult<Note>> RerankAsync(string json, Note[] notes, Action<RerankingBuilder>? configure = null)
    {
        await using ServiceProvider services = Build(json, configure);
        return await services.GetRequiredService<Reranker>().RerankAsync("query", notes, note => note.Text);
    }

    private ServiceProvider Build(string json, Action<RerankingBuilder>? configure = null)
    {
        var configuration = new ChangeableConfiguration(
            json.Replace("BOTH", """ "Scorers": { "local": { "Provider": "Local" }, "hosted": { "Provider": "Hosted" } } """, StringComparison.Ordinal));
        var services = new ServiceCollection();
        RerankingBuilder builder = services.AddReranking(configuration.Section).AddProvider(_ => _local).AddProvider(_ => _hosted);
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    private sealed record Note(string Text, bool Confidential);
}

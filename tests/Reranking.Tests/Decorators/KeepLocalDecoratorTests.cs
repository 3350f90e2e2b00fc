using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

/// <summary>Texts that have to stay reach no hosted shadow, span or log line, whatever the order in which the decorators stand.</summary>
public sealed class KeepLocalDecoratorTests : IDisposable
{
    private const string Query = "canary question";

    private static readonly string[] Documents = ["0.1 canary", "0.7 canary"];

    private readonly TelemetryProbe _probe = new();
    private readonly ScriptedScorer _shadow = new("shadow-1", isHosted: true);
    private readonly List<IRelevanceScorer> _built = [];
    private readonly ServiceProvider _services;

    public KeepLocalDecoratorTests()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        services.AddHybridCache();
        _services = services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _built.ForEach(static scorer => scorer.Dispose());
        _services.Dispose();
        _probe.Dispose();
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("chain")]
    [InlineData("cascade")]
    public async Task ScoreAsync_DecoratorsInAnyOrder_NoTextLeaves(string composition)
    {
        foreach (string[] order in Permutations(["options", "shadow", "cache", "log", "trace"]))
        {
            await RunAsync(order, composition, keepsLocal: true);
        }

        await RunAsync(["shadow"], "alone", keepsLocal: false, options: new RelevanceScoringOptions { KeepLocal = true });
        Assert.Empty(TextsSeen());

        // The sinks are the right ones: texts that may leave are in each of them.
        await RunAsync(["options", "shadow", "cache", "log", "trace"], composition, keepsLocal: false);
        await WaitForAsync(() => _shadow.Calls > 0);
        Assert.Equal(["log", "shadow", "span"], TextsSeen().Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RerankAsync_DecoratorThatKeepsLocal_SaysSoAndKeepsTextsOffTheSpan(bool keepsLocal)
    {
        using IRelevanceScorer scorer = Build(["options", "cache"], "chain", keepsLocal);
        var reranker = new Reranker(scorer, new RerankingOptions { EnableSensitiveData = true });

        RerankingResult<string> result = await reranker.RerankAsync(Query, Documents);

        Assert.Equal(keepsLocal, result.KeptLocal);
        Assert.Equal(keepsLocal ? [] : ["span"], TextsSeen().Distinct());
        Assert.Equal(keepsLocal ? true : null, Assert.Single(_probe.Spans).GetTagItem("reranking.kept_local"));
    }

    [Fact]
    public async Task RerankAsync_CandidatesThatHaveToStay_AreOffTheSpanOfACallThatFails()
    {
        var reranker = new Reranker(ScriptedScorer.Throwing(new InvalidOperationException()), new RerankingOptions { EnableSensitiveData = true });

        await reranker.RerankAsync(Query, Documents, new RerankingOptions { EnableSensitiveData = true, KeepLocal = true });
        Assert.Empty(TextsSeen());

        await reranker.RerankAsync(Query, Documents);
        Assert.Equal(["span"], TextsSeen().Distinct());
    }

    private async Task RunAsync(string[] order, string composition, bool keepsLocal, RelevanceScoringOptions? options = null)
    {
        IRelevanceScorer scorer = Build(order, composition, keepsLocal);
        _built.Add(scorer);   // disposed after the test: disposal would cancel the shadow
        for (int i = 0; i < 2; i++)   // the second time from the cache, if there is one
        {
            Assert.Equal([0.1, 0.7], (await scorer.ScoreAsync($"{Query} {keepsLocal}", Documents, options)).Select(score => score.RawValue));
        }
    }

    private IRelevanceScorer Build(string[] order, string composition, bool keepsLocal)
    {
        var local = new ScriptedScorer();
        local.Script = (documents, _) => Task.FromResult(local.Numbers([.. documents.Select(document => document[..3])]));
        var builder = new RelevanceScorerBuilder(local);
        foreach (string decorator in order)
        {
            _ = decorator switch
            {
                "options" => builder.ConfigureOptions(options => options.KeepLocal |= keepsLocal),
                "shadow" => builder.UseShadow(
                    _ => new RelevanceScorerBuilder(_shadow).Build(), options => (options.SampleRate, options.MaxConcurrency) = (1, 1000)),
                "cache" => builder.UseCaching(),
                "log" => builder.UseLogging(),
                _ => builder.UseOpenTelemetry(scorer => scorer.EnableSensitiveData = true),
            };
            if (decorator == "options" && composition != "alone")
            {
                builder = new RelevanceScorerBuilder(Compose(builder.Build(_services), composition));
            }
        }

        return builder.Build(_services);
    }

    private static IRelevanceScorer Compose(IRelevanceScorer scorer, string composition) => composition == "chain"
        ? new ChainRelevanceScorer([ScriptedScorer.Throwing(new InvalidOperationException()), scorer])
        : new CascadeRelevanceScorer([new CascadeStage("only", scorer, 2)]);

    private IEnumerable<string> TextsSeen()
    {
        lock (_shadow.Seen)
        {
            foreach (string _ in _shadow.Seen)
            {
                yield return "shadow";
            }
        }

        foreach (FakeLogRecord record in _services.GetFakeLogCollector().GetSnapshot())
        {
            if ($"{record.Message} {record.Exception}".Contains("canary", StringComparison.Ordinal))
            {
                yield return "log";
            }
        }

        foreach (Activity span in _probe.Spans)
        {
            if (span.TagObjects.Any(tag => string.Join(' ', tag.Value as string[] ?? [tag.Value?.ToString()!]).Contains("canary", StringComparison.Ordinal)))
            {
                yield return "span";
            }
        }
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<string[]> Permutations(string[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, i) => Permutations([.. items[..i], .. items[(i + 1)..]]).Select(rest => (string[])[item, .. rest]));
}

using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Tests;

/// <summary>Names that come with an answer are short and plain wherever they are shown, and never tags of metrics.</summary>
public sealed class ResponseNameTests
{
    [Theory]
    [InlineData("rerank-v3.5", true)]
    [InlineData("BAAI/bge-reranker-v2-m3:latest@sha256", true)]
    [InlineData("line\nbreak", false)]
    [InlineData("<script>", false)]
    [InlineData("\u001b[31mred", false)]
    [InlineData("", false)]
    [InlineData("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", false)]
    public async Task ScoreAsync_ModelOfAnAnswer_IsShownIfItIsAName(string model, bool isShown)
    {
        using var probe = new TelemetryProbe();
        var logger = new FakeLogger();
        using var inner = new FunctionScorer((_, documents, _) => Task.FromResult(
            new RelevanceScores([.. documents.Select(FunctionScorer.Number)]) { ModelId = model }));
        using var scorer = new OpenTelemetryRelevanceScorer(inner, meterFactory: probe.MeterFactory);
        using var logging = new LoggingRelevanceScorer(scorer, logger);

        await logging.ScoreAsync("query", ["0.1", "0.2"]);

        Assert.Equal(isShown ? model : null, Assert.Single(probe.Spans).GetTagItem("gen_ai.response.model"));
        Assert.Equal(isShown, logger.LatestRecord.Message.Contains($"model {model}.", StringComparison.Ordinal) && model.Length > 0);
        Assert.DoesNotContain(probe.Measurements, measured => model.Length > 0 && measured.ToString().Contains(model, StringComparison.Ordinal));
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

/// <summary>Texts go to the scorer and nowhere else, whatever happens.</summary>
public sealed class RerankerPrivacyTests : IDisposable
{
    private const string Secret = "s3cr3t";

    private readonly TelemetryProbe _probe = new();
    private readonly FakeLogger<Reranker> _logger = new();
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<string, RerankingFailureMode> Runs
    {
        get
        {
            TheoryData<string, RerankingFailureMode> runs = [];
            foreach (string kind in RerankerFailureTests.Kinds.Keys.Append("reranks").Append("is canceled"))
            {
                runs.Add(kind, RerankingFailureMode.Fallback);
                runs.Add(kind, RerankingFailureMode.Throw);
            }

            return runs;
        }
    }

    public void Dispose() => _probe.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task RerankAsync_AnyOutcome_KeepsTextsOutOfTelemetryAndErrors(string kind, RerankingFailureMode onFailure)
    {
        Exception? exception = await RunAsync(kind, new RerankingOptions { OnFailure = onFailure });

        Assert.DoesNotContain(Secret, exception?.ToString() ?? "", StringComparison.Ordinal);
        Assert.All(_probe.Spans, span => AssertSilent(span.DisplayName, span.StatusDescription, span.TagObjects));
        Assert.All(_probe.Measurements, measured => AssertSilent(measured.Name, measured.Unit, measured.Tags));
        Assert.All(_logger.Collector.GetSnapshot(), AssertSilent);
        Assert.NotEmpty(_probe.Spans);
        Assert.NotEmpty(_probe.Measurements);
    }

    [Theory]
    [InlineData("reranks")]
    [InlineData("throws")]
    public async Task RerankAsync_EnableSensitiveData_PutsTextsOnTheSpanOnly(string kind)
    {
        await RunAsync(kind, new RerankingOptions { EnableSensitiveData = true });

        Activity span = Assert.Single(_probe.Spans);
        Assert.Equal($"query {Secret}", span.GetTagItem("reranking.query"));
        Assert.Equal([$"{Secret} 0", $"{Secret} 1", $"{Secret} 2"], Assert.IsType<string[]>(span.GetTagItem("reranking.documents")));
        Assert.All(_probe.Measurements, measured => AssertSilent(measured.Name, measured.Unit, measured.Tags));
        Assert.All(_logger.Collector.GetSnapshot(), AssertSilent);
    }

    private static void AssertSilent(FakeLogRecord record)
    {
        Assert.NotEqual(LogLevel.Trace, record.Level);
        Assert.DoesNotContain(Secret, record.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, record.Exception?.ToString() ?? "", StringComparison.Ordinal);
        Assert.All(record.StructuredState ?? [], pair => Assert.DoesNotContain(Secret, pair.Value ?? "", StringComparison.Ordinal));
    }

    private static void AssertSilent(string name, string? text, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        Assert.DoesNotContain(Secret, name, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text ?? "", StringComparison.Ordinal);
        Assert.All(tags, tag => Assert.True(
            tag.Value is int or long or double || (tag.Value is string value && !value.Contains(Secret, StringComparison.Ordinal)),
            $"The tag {tag.Key} holds {tag.Value}."));
    }

    private async Task<Exception?> RunAsync(string kind, RerankingOptions options)
    {
        using var source = new CancellationTokenSource();
        bool isFailing = RerankerFailureTests.Kinds.TryGetValue(kind, out RerankerFailureTests.Failing? failing);
        var scorer = new FunctionScorer(
            (_, documents, token) =>
            {
                if (isFailing)
                {
                    return failing!.Score(_time, token);
                }

                if (kind == "is canceled")
                {
                    source.Cancel();
                }

                return Task.FromResult(new RelevanceScores([.. documents.Select(_ => new RelevanceScore(0.5, 0.5) { IsTruncated = true })]));
            },
            FunctionScorer.NumberMetadata);
        var reranker = new Reranker(scorer, options, _logger, _time, _probe.MeterFactory);
        Task<RerankingResult<string>> call = reranker.RerankAsync(
            $"query {Secret}", [$"{Secret} 0", $"{Secret} 1", $"{Secret} 2"], cancellationToken: source.Token);
        if (failing?.Reason == RerankingReason.Timeout)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Exception? thrown = await Record.ExceptionAsync(() => call);
        return thrown ?? (await call).Failure;
    }
}

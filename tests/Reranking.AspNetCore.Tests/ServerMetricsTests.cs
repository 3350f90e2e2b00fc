using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Reranking.AspNetCore.Tests;

/// <summary>What autoscalers and alerts go by.</summary>
public sealed class ServerMetricsTests
{
    private const string Body = """{"query":"q","documents":["a document"]}""";

    [Fact]
    public async Task Queue_RequestsUnderWayAndWaiting_AreObserved()
    {
        var entered = new SemaphoreSlim(0);
        var release = new TaskCompletionSource();
        await using RerankServer server = await RerankServer.StartAsync(
            configure: static options => options.MaxConcurrentRequests = 1,
            before: cancellationToken =>
            {
                entered.Release();
                return release.Task.WaitAsync(cancellationToken);
            });
        IMeterFactory factory = server.App.Services.GetRequiredService<IMeterFactory>();
        using var tokens = new MetricCollector<long>(factory, RerankingTelemetry.SourceName, "reranking.server.queue.tokens");
        using var waiting = new MetricCollector<int>(factory, RerankingTelemetry.SourceName, "reranking.server.queue.requests");
        Assert.Equal((0, 0), Observe());

        Task[] requests = [server.PostAsync("/v2/rerank", Body), server.PostAsync("/v2/rerank", Body), server.PostAsync("/v2/rerank", Body)];
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        while (Observe() is not { Tokens: > 0, Waiting: 2 })
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        release.SetResult();
        await Task.WhenAll(requests);
        Assert.Equal((0, 0), Observe());   // the place is left before the response is sent

        (long Tokens, int Waiting) Observe()
        {
            tokens.RecordObservableInstruments();
            waiting.RecordObservableInstruments();
            return (tokens.LastMeasurement!.Value, waiting.LastMeasurement!.Value);
        }
    }

    [Fact]
    public async Task Queue_Full_CountsWhatWasRefused()
    {
        var entered = new SemaphoreSlim(0);
        var release = new TaskCompletionSource();
        await using RerankServer server = await RerankServer.StartAsync(
            configure: static options => options.MaxQueuedTokens = 1,
            before: cancellationToken =>
            {
                entered.Release();
                return release.Task.WaitAsync(cancellationToken);
            });
        using var refused = new MetricCollector<long>(
            server.App.Services.GetRequiredService<IMeterFactory>(), RerankingTelemetry.SourceName, "reranking.server.refused");
        Task first = server.PostAsync("/v2/rerank", Body);
        await entered.WaitAsync(TestContext.Current.CancellationToken);

        (HttpStatusCode status, _, _) = await server.PostAsync("/v2/rerank", Body);

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(1, Observe());
        release.SetResult();
        await first;
        Assert.Equal(1, Observe());

        long Observe()
        {
            refused.RecordObservableInstruments();
            return refused.LastMeasurement!.Value;
        }
    }
}

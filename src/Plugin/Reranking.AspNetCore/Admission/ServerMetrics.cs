using System.Diagnostics.Metrics;

namespace Reranking.AspNetCore.Admission;

/// <summary>What the queue publishes, beside what ASP.NET Core does: how full it is, for autoscalers, and how many it turned away.</summary>
internal static class ServerMetrics
{
    /// <summary>Creates the instruments.</summary>
    /// <param name="queue">What they observe.</param>
    /// <param name="meterFactory">The application's factory, which disposes the meter.</param>
    public static void Observe(AdmissionQueue queue, IMeterFactory meterFactory)
    {
        Meter meter = meterFactory.Create(RerankingTelemetry.SourceName);
        meter.CreateObservableUpDownCounter(
            "reranking.server.queue.tokens", () => queue.QueuedTokens, "{token}", "Tokens that wait or are under way, estimated.");
        meter.CreateObservableUpDownCounter(
            "reranking.server.queue.requests", () => queue.WaitingRequests, "{request}", "Requests that wait for their turn.");
        meter.CreateObservableCounter(
            "reranking.server.refused", () => queue.RefusedRequests, "{request}", "Requests answered with 429 because the queue was full.");
    }
}
